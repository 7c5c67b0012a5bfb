// A small app on Slack's own client, Bolt for JavaScript, that does all that
// contactbot does with Slack. bolt_test.go plays people who use it.
//
// By environment: SLACK_API_URL, SLACK_BOT_TOKEN, and either SLACK_APP_TOKEN
// (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode, on a free port of 127.0.0.1).
// The first line of standard output says that Slack can reach it; in HTTP mode
// it is the port. Whatever goes wrong ends the process.
'use strict';

const { App, HTTPReceiver, LogLevel, SocketModeReceiver } = require('@slack/bolt');

const env = process.env;
const socket = env.SLACK_APP_TOKEN !== undefined;
const logLevel = LogLevel.WARN; // what is less goes to standard output

const receiver = socket
  ? new SocketModeReceiver({
    appToken: env.SLACK_APP_TOKEN,
    // Its own web client calls apps.connections.open.
    installerOptions: { clientOptions: { slackApiUrl: env.SLACK_API_URL } },
    clientPingTimeout: 1000, // ms; as long it waits before it connects again
    logLevel,
  })
  : new HTTPReceiver({
    signingSecret: env.SLACK_SIGNING_SECRET,
    endpoints: ['/slack/commands', '/slack/interactions', '/slack/events'],
    customPropertiesExtractor: (req) => ({ path: req.url }),
    logLevel,
  });

const app = new App({
  token: env.SLACK_BOT_TOKEN, receiver, logLevel, clientOptions: { slackApiUrl: env.SLACK_API_URL },
});

app.error(async (error) => {
  console.error(error);
  process.exit(1);
});

// Each kind comes to the endpoint that the manifest has for it.
app.use(async ({ body, context, next }) => {
  const want = body.command ? '/slack/commands' : body.event ? '/slack/events' : '/slack/interactions';
  if (!socket && context.path !== want) {
    throw new Error(`${want} came to ${context.path}`);
  }
  await next();
});

const plain = (text) => ({ type: 'plain_text', text });
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (id, text, value) => ({ type: 'button', action_id: id, text: plain(text), value });
const buttons = (...elements) => ({ type: 'actions', elements });
const option = (text, value) => ({ text: plain(text), value });
const input = (id, label, element, optional = false) => (
  { type: 'input', block_id: id, label: plain(label), optional, element: { action_id: 'value', ...element } });

app.command('/contact', async (args) => {
  const command = commands[args.command.text];
  if (command === undefined) {
    throw new Error('no such command');
  }
  await command(args);
});

const commands = {
  // Acknowledged with nothing, answered by response_url.
  quiet: async ({ ack, respond }) => {
    await ack();
    await respond({ text: 'Answered later', blocks: [section('Answered later')] });
  },
  // Answered by the acknowledgement: a text, or a message.
  text: async ({ ack }) => ack('Answered at once by a text'),
  message: async ({ ack }) => ack({ response_type: 'ephemeral', text: 'Answered at once by a message' }),
  // The Web API, beside forms.
  look: async ({ ack, body, client, respond }) => {
    await ack();
    const { user } = await client.users.info({ user: body.user_id, include_locale: true });
    const { channel } = await client.conversations.open({ users: body.user_id });
    const posted = await client.chat.postMessage({
      channel: channel.id,
      text: 'A message with metadata',
      metadata: { event_type: 'contact_put', event_payload: { attempt: 7 } },
    });
    const history = await client.conversations.history({ channel: channel.id, include_all_metadata: true, limit: 5 });
    const found = history.messages.find((m) => m.ts === posted.ts);
    const replies = await client.conversations.replies({ channel: channel.id, ts: posted.ts });
    await respond(`${user.profile.real_name}, ${user.profile.email}, ${user.profile.phone}, ${user.locale}; `
      + `${found.metadata.event_type} ${found.metadata.event_payload.attempt}; ${replies.messages[0].text}`);
  },
  form: async ({ ack, body, client }) => {
    await ack();
    const opened = await client.views.open({ trigger_id: body.trigger_id, view: form(`form-of-${body.user_id}`) });
    if (!opened.view.id || !opened.view.hash) {
      throw new Error('the view has no id or no hash');
    }
  },
};

const form = (externalID) => ({
  type: 'modal',
  callback_id: 'form',
  external_id: externalID,
  private_metadata: 'kept',
  title: plain('A form'),
  submit: plain('Send'),
  close: plain('Close'),
  blocks: [
    input('name', 'Name', { type: 'plain_text_input', max_length: 20, initial_value: 'Alice' }),
    input('mail', 'Mail', { type: 'email_text_input', placeholder: plain('an address') }),
    input('hook', 'Webhook', { type: 'url_text_input' }, true),
    input('lang', 'Language', {
      type: 'static_select', options: [option('English', 'en'), option('中文', 'zh')], initial_option: option('English', 'en'),
    }),
  ],
});

// What the form becomes, step by step.
const after = (view, text, ...elements) => ({
  type: 'modal',
  callback_id: 'after',
  external_id: view.external_id,
  private_metadata: view.private_metadata,
  notify_on_close: true,
  title: plain('A form'),
  close: plain('Close'),
  blocks: [section(text), ...(elements.length > 0 ? [buttons(...elements)] : [])],
});

app.view('form', async ({ ack, view }) => {
  const { name, mail, hook, lang } = view.state.values;
  if (!mail.value.value.endsWith('.org')) {
    await ack({ response_action: 'errors', errors: { mail: 'not an address of ours' } });
    return;
  }
  const text = `Got ${name.value.value}, ${mail.value.value}, ${hook.value.value}, ${lang.value.selected_option.value}`;
  await ack({ response_action: 'update', view: after(view, text, button('next', 'Next')) });
});

app.action('next', async ({ ack, body, client }) => {
  await ack();
  await client.views.update({
    external_id: body.view.external_id, view: after(body.view, 'Updated by external_id', button('finish', 'Finish')),
  });
});

app.action('finish', async ({ ack, body, client }) => {
  await ack();
  await client.views.update({
    view_id: body.view.id, hash: body.view.hash, view: after(body.view, 'Updated by view_id'),
  });
});

app.view({ callback_id: 'after', type: 'view_closed' }, async ({ ack, body, client, view }) => {
  await ack();
  const { channel } = await client.conversations.open({ users: body.user.id });
  await client.chat.postMessage({ channel: channel.id, text: `You closed what was ${view.private_metadata}` });
});

// A direct message, and a click in the answer.
const seen = new Set();
app.message(async ({ body, context, message, say }) => {
  if (message.channel_type !== 'im' || message.bot_id !== undefined) {
    throw new Error('no message of a person to the bot');
  }
  const text = seen.has(body.event_id) ? `The same event, attempt ${context.retryNum}` : `You wrote: ${message.text}`;
  seen.add(body.event_id);
  await say({ text, blocks: [section(text), buttons(button('yes', 'Yes', 'yes-value'), button('no', 'No', 'no-value'))] });
});

app.action('yes', async ({ ack, action, body, respond }) => {
  await ack();
  await respond({ replace_original: false, text: `You clicked ${action.value} below “${body.message.text}”` });
});

app.event('app_mention', async ({ client, event }) => {
  await client.chat.postEphemeral({
    channel: event.channel, user: event.user, thread_ts: event.thread_ts, text: 'You mentioned me',
  });
});

app.event('app_home_opened', async ({ client, event }) => {
  await client.views.publish({
    user_id: event.user, view: { type: 'home', blocks: [section('Your App home'), buttons(button('refresh', 'Refresh'))] },
  });
});

(async () => {
  const server = await app.start({ host: '127.0.0.1', port: 0 });
  console.log(socket ? 'connected' : server.address().port);
})();
