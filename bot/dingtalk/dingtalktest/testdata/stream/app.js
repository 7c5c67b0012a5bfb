// A small app on DingTalk's own client for Node.js, dingtalk-stream, that answers
// every message by its session webhook, or by the OpenAPI. stream_test.go plays
// people who use it.
//
// By environment: DINGTALK_URL, DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET.
// Whatever goes wrong ends the process.
'use strict';

const axios = require('axios');
const { DWClient, TOPIC_ROBOT } = require('dingtalk-stream');

const env = process.env;

// The client has no option for the gateway's address, but calls it by axios.
axios.interceptors.request.use((config) => {
  config.url = config.url.replace('https://api.dingtalk.com', env.DINGTALK_URL);
  return config;
});

const client = new DWClient({ clientId: env.DINGTALK_CLIENT_ID, clientSecret: env.DINGTALK_CLIENT_SECRET, keepAlive: true });

let token;
const openAPI = async (path, body) => {
  if (token === undefined) {
    const answer = await axios.post('https://api.dingtalk.com/v1.0/oauth2/accessToken', {
      appKey: env.DINGTALK_CLIENT_ID, appSecret: env.DINGTALK_CLIENT_SECRET,
    });
    token = answer.data.accessToken;
  }
  await axios.post(`https://api.dingtalk.com/v1.0/robot/${path}`, body, { headers: { 'x-acs-dingtalk-access-token': token } });
};

const answerTo = async (message) => {
  const inGroup = message.conversationType === '2';
  if (message.msgtype !== 'text') {
    await reply(message, { msgtype: 'text', text: { content: `No ${message.msgtype}` } });
    return;
  }
  const text = message.text.content.trim();
  if (text === 'later') {
    const msgParam = JSON.stringify({ title: 'Later', text: `Proactively, **${message.senderNick}**` });
    const of = { robotCode: message.robotCode, msgKey: 'sampleMarkdown', msgParam };
    await (inGroup
      ? openAPI('groupMessages/send', { ...of, openConversationId: message.conversationId })
      : openAPI('oToMessages/batchSend', { ...of, userIds: [message.senderStaffId] }));
    return;
  }
  const link = `dtmd://dingtalkclient/sendMessage?content=${encodeURIComponent('好 的')}`;
  await reply(message, {
    msgtype: 'markdown',
    markdown: { title: 'Answer', text: `${inGroup ? `@${message.senderStaffId} ` : ''}You wrote: ${text}\n\n[OK](${link})` },
    at: { atUserIds: inGroup ? [message.senderStaffId] : [], isAtAll: false },
  });
};

const reply = async (message, body) => {
  const { data } = await axios.post(message.sessionWebhook, body);
  if (data.errcode !== 0) {
    throw new Error(`errcode ${data.errcode}`);
  }
};

client.registerCallbackListener(TOPIC_ROBOT, (frame) => {
  client.socketCallBackResponse(frame.headers.messageId, {});
  answerTo(JSON.parse(frame.data)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
});

client.connect();
