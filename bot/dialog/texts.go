package dialog

import "contactbot/commands"

// The sentences of the conversation, in both languages side by side. A test
// holds the verbs of both against each other.
var (
	welcome = commands.Text{
		EN: "Hello! I register you as an alert contact of Alibaba Cloud CloudMonitor. Say “register” to begin, or give me everything at once: register name=Alice describe=\"ECS on-call\" mail=alice@example.com",
		ZH: "你好！我帮你登记成阿里云云监控的报警联系人。发“登记”开始，也可以一条消息写全：登记 姓名=张三 描述=\"ECS 值班\" 邮箱=zhangsan@example.com",
	}
	welcomeBack = commands.Text{EN: "Welcome back. We go on where we stopped.", ZH: "欢迎回来，我们接着上次的继续。"}

	nothingPending    = commands.Text{EN: "Nothing is under way. Say “register” to begin, or “me” to see your contacts.", ZH: "现在没有进行中的登记。发“登记”开始，发“我的”查看你的联系人。"}
	notUnderstoodIdle = commands.Text{EN: "I did not understand that. I register alert contacts: say “register” to begin, or “help”.", ZH: "没看懂。我只管登记报警联系人：发“登记”开始，或发“帮助”看用法。"}
	letsStart         = commands.Text{EN: "Let's register you as an alert contact. “cancel” stops at any time.", ZH: "开始登记报警联系人，随时可以发“取消”退出。"}
	startedAnew       = commands.Text{EN: "All right, from the start.", ZH: "好的，重新开始。"}
	goingOn           = commands.Text{EN: "We go on.", ZH: "好，我们继续。"}
	alreadyPending    = commands.Text{EN: "You already have a registration under way. Go on with it, or start anew?", ZH: "你还有一个没完成的登记。继续，还是重新开始？"}
	soFar             = commands.Text{EN: "So far:", ZH: "目前已填："}
	speaking          = commands.Text{EN: "English it is.", ZH: "好的，用中文。"}
	cancelled         = commands.Text{EN: "Cancelled. Nothing was sent, and what you had filled in is gone.", ZH: "已取消。什么都没有提交，已填的内容也已清除。"}
	cancelledUnsure   = commands.Text{EN: "Cancelled. An earlier try may have reached CloudMonitor all the same: “me” shows what it holds.", ZH: "已取消。不过之前有一次提交可能已经生效，发“我的”可以查看。"}
	expiredUnsure     = commands.Text{EN: "I have dropped your unfinished registration, because nothing happened for a long time. An earlier try may have reached CloudMonitor: “me” shows what it holds.", ZH: "你的登记长时间没有继续，已自动清除。之前有一次提交可能已经生效，发“我的”可以查看。"}
	expired           = commands.Text{EN: "I have dropped your unfinished registration, because nothing happened for a long time. Nothing was sent. Say “register” to begin again.", ZH: "你的登记长时间没有继续，已自动清除，什么都没有提交。发“登记”可以重新开始。"}
	reminder          = commands.Text{EN: "Your registration is not finished yet. I keep it until %s.", ZH: "你的登记还没有完成，我会保留到 %s。"}

	helpText = commands.Text{
		EN: "I register you as an alert contact of CloudMonitor.\n" +
			"register – begin, or with everything at once: register name=Alice describe=\"ECS on-call\" mail=alice@example.com\n" +
			"mail=… phone=… webhook=… – set or change a field at any time\n" +
			"back, skip, show, submit, cancel – find your way through the form\n" +
			"me – your contacts, and whether alerts reach them\n" +
			"why, help mail – what a field is for",
		ZH: "我帮你登记成云监控的报警联系人。\n" +
			"登记 – 开始；也可以一条消息写全：登记 姓名=张三 描述=\"ECS 值班\" 邮箱=zhangsan@example.com\n" +
			"邮箱=… 手机=… 钉钉=… – 随时填写或修改某一项\n" +
			"返回、跳过、查看、提交、取消 – 填写过程中使用\n" +
			"我的 – 查看你的联系人，以及能不能收到报警\n" +
			"为什么、帮助 邮箱 – 这一项有什么用、怎么填",
	}
	helpHint = commands.Text{EN: "I speak Chinese, too: say 中文.", ZH: "I speak English, too: say “english”."}

	fieldProblem  = commands.Text{EN: "%s: %s", ZH: "%s：%s"}
	wordProblem   = commands.Text{EN: "“%s”: %s", ZH: "“%s”：%s"}
	formHint      = commands.Text{EN: "What fits: %s. For example: %s", ZH: "格式：%s。例如：%s"}
	exampleHint   = commands.Text{EN: "For example: %s", ZH: "例如：%s"}
	keepHint      = commands.Text{EN: "Type a new value, or “skip” to keep this one.", ZH: "直接发新的内容；不改就发“保留”。"}
	staleChoice   = commands.Text{EN: "That button is of an earlier question.", ZH: "这个按钮是之前那个问题的，已经过期。"}
	helpShort     = commands.Text{EN: "I register you as an alert contact of CloudMonitor: say “register” to begin. In our private chat, “help” tells you more.", ZH: "我帮你登记成云监控的报警联系人：发“登记”开始。更多用法请在私聊里发“帮助”。"}
	refusedBefore = commands.Text{EN: "CloudMonitor's last refusal:", ZH: "云监控上次返回的错误："}
	notInGroup    = commands.Text{EN: "CloudMonitor's message may repeat your values, so it is not shown here: say “show” in our private chat.", ZH: "云监控返回的原文可能带有你的信息，不在群里显示；在私聊里发“查看”就能看到。"}
	anotherThen   = commands.Text{EN: "All right, another then.", ZH: "好的，那换一个。"}
	changeMine    = commands.Text{EN: "You have one contact here, %s.", ZH: "你登记过一个联系人：%s。"}
	changeWhich   = commands.Text{EN: "Which contact shall be changed?", ZH: "要修改哪个联系人？"}
	onlyText      = commands.Text{EN: "I can read typed text only, no pictures, files or voice messages. Please type it.", ZH: "图片、文件和语音我都看不了，请打字发给我。"}
	notUsed       = commands.Text{EN: "Not used: “%s”. To change a field, name it: description=…", ZH: "没用上：“%s”。要改哪一项就写明哪一项，例如：描述=…"}
	notTaken      = commands.Text{EN: "I could not use all of what you wrote; look at the summary before you send it.", ZH: "有些内容没看懂，没用上，提交前请核对一下。"}

	notUnderstood     = commands.Text{EN: "I did not understand that.", ZH: "这句没看懂。"}
	notUnderstoodMore = commands.Text{EN: "I still do not understand. To change a field, name it: mail=alice@example.com", ZH: "还是没看懂。要改哪一项就写明哪一项，例如：邮箱=zhangsan@example.com"}
	notUnderstoodOut  = commands.Text{EN: "To change something: mail=alice@example.com. To send it: submit. To leave: cancel.", ZH: "要修改，照这样发：邮箱=zhangsan@example.com；要提交，发“提交”；要退出，发“取消”。"}
	wayOutSkip        = commands.Text{EN: "If you do not have it at hand, say “skip”, or “cancel” to leave.", ZH: "手头没有的话，发“跳过”；要退出就发“取消”。"}
	wayOut            = commands.Text{EN: "If you do not have it at hand, take your time: I keep what you gave me. “back” returns, “cancel” leaves.", ZH: "手头没有的话不用急，已填的我都留着。“返回”回到上一项，“取消”退出。"}

	questionNow      = commands.Text{EN: "%s Now: %s", ZH: "%s现在是：%s"}
	questionProposal = commands.Text{EN: "%s Shall I take %s?", ZH: "%s用 %s 可以吗？"}
	needChannel      = commands.Text{EN: "CloudMonitor needs at least one of these: %s.", ZH: "云监控要求至少填一项：%s。"}
	whatToMend       = commands.Text{EN: "Everything is kept. Change a field, such as mail=…, or say “submit” to send it as it is.", ZH: "已填的都还在。要改哪一项就发哪一项，例如“邮箱”；要原样提交就发“提交”。"}
	firstQuestion    = commands.Text{EN: "This is the first question; there is nothing before it.", ZH: "这已经是第一个问题了。"}
	takeYourTime     = commands.Text{EN: "Take your time.", ZH: "好的，不着急。"}
	nothingToSkip    = commands.Text{EN: "There is nothing to skip here.", ZH: "这里没有可以跳过的。"}
	cannotSkip       = commands.Text{EN: "This cannot be left out, CloudMonitor requires it: %s.", ZH: "%s不能跳过，云监控要求必填。"}
	cannotRemove     = commands.Text{EN: "%s is part of the existing contact and can be changed here, but not removed.", ZH: "%s是这个联系人已有的，这里只能修改，不能删除。"}
	notYetOne        = commands.Text{EN: "Not yet: at least one of these is needed: %s.", ZH: "还不能提交，以下至少要填一项：%s。"}
	notYet           = commands.Text{EN: "Not yet. Still missing: %s.", ZH: "还不能提交，还缺：%s。"}

	confirmNew    = commands.Text{EN: "Please check, then say “submit”:", ZH: "请核对，没问题就发“提交”："}
	confirmChange = commands.Text{EN: "This changes the existing contact %s. Please check, then say “submit”:", ZH: "这会修改已有的联系人 %s。请核对，没问题就发“提交”："}
	confirmSame   = commands.Text{EN: "This is how %s is registered already. Change a field, such as mail=…, or say “submit” to send it once more.", ZH: "%s 目前登记的内容如下。要改哪一项就发哪一项，例如“邮箱”；发“提交”会原样再提交一次，没激活的会重新收到激活链接。"}
	confirmHint   = commands.Text{EN: "Something wrong? mail=… changes it, “back” returns, “cancel” leaves.", ZH: "有不对的？例如发“邮箱”就能改邮箱；发“返回”回到上一项，发“取消”退出。"}
	noneBefore    = commands.Text{EN: "none", ZH: "无"}
	myGuess       = commands.Text{EN: "my guess", ZH: "请核对"}
	myProposal    = commands.Text{EN: "suggested", ZH: "建议"}

	checking         = commands.Text{EN: "I am still asking CloudMonitor whether %s exists, until %s. Corrections such as mail=… are taken; “cancel” stops it.", ZH: "还在查云监控里有没有 %s，会一直重试到 %s。可以发“邮箱=…”修改，发“取消”停止。"}
	checkLater       = commands.Text{EN: "CloudMonitor does not answer just now. We go on; I ask it again at the end.", ZH: "云监控暂时没有响应。先往下填，最后我再查一次。"}
	checkRefused     = commands.Text{EN: "I could not ask CloudMonitor about this contact. Nothing was sent.", ZH: "在云监控里查询这个联系人失败，什么都没有提交。"}
	existsAdmin      = commands.Text{EN: "%s exists already; you change it as an administrator. What you do not change stays as it is.", ZH: "%s 已经存在，你将以管理员身份修改：没改的内容保持不变。"}
	existsYours      = commands.Text{EN: "%s exists already, and it is yours: what you do not change stays as it is.", ZH: "%s 已经存在，而且是你登记的：没改的内容保持不变。"}
	changedMeanwhile = commands.Text{EN: "The contact was changed in CloudMonitor in the meantime. Please look again.", ZH: "这个联系人刚刚在云监控里被改过，请再看一遍。"}
	foreign          = commands.Text{EN: "%s is registered by somebody else. Please choose another name, or ask an administrator of this bot.", ZH: "%s 已被别人登记。请换个名字，或联系本机器人的管理员。"}
	foreignUnknown   = commands.Text{EN: "%s exists in CloudMonitor already, and I cannot tell that it is yours. Please choose another name, or ask an administrator of this bot.", ZH: "云监控里已经有 %s，我没法确认是不是你的。请换个名字，或联系本机器人的管理员。"}

	sendingNow  = commands.Text{EN: "Sending %s to CloudMonitor …", ZH: "正在把 %s 提交给云监控……"}
	beingSent   = commands.Text{EN: "%s is being sent to CloudMonitor right now and cannot be stopped. I’ll tell you how it ends.", ZH: "正在把 %s 提交给云监控，请稍候，有结果我会告诉你（现在不能取消了）。"}
	stillQueued = commands.Text{EN: "%s is waiting to be sent. I keep trying until %s and tell you how it ends; “cancel” stops it.", ZH: "%s 还在等待提交。我会一直重试到 %s，有结果就告诉你；发“取消”可以停止。"}
	heldBack    = commands.Text{EN: "I have held the submission back.", ZH: "好，先不提交。"}
	busy        = commands.Text{EN: "CloudMonitor is busy or down. Nothing is lost: I keep trying until %s and tell you how it ends.", ZH: "云监控繁忙或暂时不可用。内容不会丢，我会一直重试到 %s，有结果就告诉你。"}
	patience    = commands.Text{EN: "CloudMonitor is slow just now, one moment … Nothing is lost.", ZH: "云监控响应较慢，请稍候……内容不会丢。"}
	momentHours = commands.Text{EN: "%s (%d h from now)", ZH: "%s（%d 小时后）"}
	momentText  = commands.Text{EN: "%s (%d min from now)", ZH: "%s（%d 分钟后）"}

	registered    = commands.Text{EN: "%s is registered as an alert contact.", ZH: "%s 已登记为报警联系人。"}
	changedText   = commands.Text{EN: "%s is changed.", ZH: "%s 已修改。"}
	openLinks     = commands.Text{EN: "An activation link was sent to: %s. Alerts arrive there only after it is opened.", ZH: "激活链接已发到：%s。打开链接之后才能收到报警。"}
	groupHint     = commands.Text{EN: "One step is left: ask the people who manage CloudMonitor to put this contact into a contact group. Before that no alert arrives.", ZH: "还差一步：请管理云监控的同事把这个联系人加入报警联系组，否则收不到报警。"}
	refusedText   = commands.Text{EN: "CloudMonitor refused the contact. Nothing was registered.", ZH: "云监控拒绝了这次提交，登记没有成功。"}
	refusedUnsure = commands.Text{EN: "CloudMonitor refused the last try. An earlier one may have been carried out: “me” shows what it holds.", ZH: "云监控拒绝了最后一次提交，但之前有一次可能已经成功，发“我的”可以查看。"}
	gaveUp        = commands.Text{EN: "I tried for a long time without a proper answer from CloudMonitor, and have stopped. Nothing was registered.", ZH: "重试了很久，云监控一直没有正常响应，我先停下了。登记没有成功。"}
	gaveUpDoubts  = commands.Text{EN: "CloudMonitor gave no clear answer, several times. I have stopped, so that nobody gets the same activation message again and again. A try may have been carried out: “me” shows what it holds.", ZH: "试了几次都没收到云监控的明确答复，为免重复发激活消息，我先停下了。其中某次可能已经成功，发“我的”可以查看。"}
	answerLost    = commands.Text{EN: "CloudMonitor's answer to it was lost; a look showed that the contact is there.", ZH: "云监控的回应丢了，但查到联系人已经在了。"}
	gaveUpUnsure  = commands.Text{EN: "I tried for a long time without a proper answer from CloudMonitor, and have stopped. A try may have been carried out: “me” shows what it holds.", ZH: "重试了很久，云监控一直没有正常响应，我先停下了。其中某次可能已经成功，发“我的”可以查看。"}

	sheetTitle  = commands.Text{EN: "Alert contact", ZH: "登记报警联系人"}
	sheetIntro  = commands.Text{EN: "CloudMonitor sends alerts to this contact. At least one of these is needed: %s.", ZH: "云监控会把报警发给这个联系人。以下至少填一项：%s。"}
	sheetChange = commands.Text{EN: "%s exists already. What you do not change stays as it is.", ZH: "%s 已经存在，没改的内容保持不变。"}
	sheetClose  = commands.Text{EN: "Close", ZH: "关闭"}
	sheetPick   = commands.Text{EN: "choose", ZH: "请选择"}
	sheetKept   = commands.Text{EN: "The form is closed. What I had before is kept until %s; what you typed there without sending it is not.", ZH: "表单已关闭。之前的内容会保留到 %s，表单里没提交的改动不会保留。"}

	required = commands.Text{EN: "CloudMonitor requires it", ZH: "云监控要求必填"}

	gotItText      = commands.Text{EN: "Got it: %s", ZH: "记下了：%s"}
	toActivate     = commands.Text{EN: "has to be activated", ZH: "需要激活"}
	whichContact   = commands.Text{EN: "To change a contact that you have, give its name.", ZH: "如果要修改已有的联系人，发那个联系人的姓名就行。"}
	offerHint      = commands.Text{EN: "“continue” drops what you just wrote, “start anew” uses it.", ZH: "“继续”：接着填上面的，刚才发的不算；“重新开始”：上面的作废，改用刚才发的。"}
	sentAgain      = commands.Text{EN: "%s is sent once more, just as it was.", ZH: "%s 已原样重新提交。"}
	mineUnsure     = commands.Text{EN: "%s – is being registered, or it is not known whether it arrived.", ZH: "%s：正在登记，或者还不确定是否成功。"}
	oneAtATime     = commands.Text{EN: "One at a time: “cancel” this one first, or wait for its end.", ZH: "一次只能登记一个：先发“取消”，或等这一个有结果。"}
	mineTrusted    = commands.Text{EN: "%s – registered here. I cannot ask CloudMonitor what state it is in.", ZH: "%s – 在这里登记过。我没有权限向云监控查询它的状态。"}
	noneMine       = commands.Text{EN: "You have no alert contact here yet.", ZH: "你还没有在这里登记过报警联系人。"}
	mineMore       = commands.Text{EN: "… and %d more, which are not listed here.", ZH: "……另外还有 %d 个，这里没有列出。"}
	mineGone       = commands.Text{EN: "%s – registered here, but CloudMonitor does not have it (any more).", ZH: "%s：在这里登记过，但云监控里没有了，可能已被删除。"}
	mineUnknown    = commands.Text{EN: "%s – CloudMonitor did not say what state it is in.", ZH: "%s：没能从云监控查到状态。"}
	noGroup        = commands.Text{EN: "It is in no contact group, so it gets no alerts yet.", ZH: "还没有加入任何报警联系组，所以收不到报警。"}
	openLinksStill = commands.Text{EN: "PENDING means: open the activation link that was sent there. To have it sent again: register name=%s", ZH: "PENDING 是还没激活，请打开发到那里的激活链接。没收到的话，先发“登记 姓名=%s”再发“提交”，会重发一次。"}
	statePending   = commands.Text{EN: "PENDING – waits for activation", ZH: "PENDING，待激活"}
	stateOK        = commands.Text{EN: "OK – activated", ZH: "OK，已激活"}
)

// The words that choices stand for: each is understood by the parser.
var (
	sayRegister = commands.Text{EN: "register", ZH: "登记"}
	sayHelp     = commands.Text{EN: "help", ZH: "帮助"}
	sayContinue = commands.Text{EN: "continue", ZH: "继续"}
	sayNew      = commands.Text{EN: "start anew", ZH: "重新开始"}
	sayChange   = commands.Text{EN: "register name=%s", ZH: "登记 姓名=%s"}
	changeLabel = commands.Text{EN: "change %s", ZH: "修改 %s"}
	sayMe       = commands.Text{EN: "me", ZH: "我的"}
	saySubmit   = commands.Text{EN: "submit", ZH: "提交"}
	sayYes      = commands.Text{EN: "yes", ZH: "可以"}
	saySkip     = commands.Text{EN: "skip", ZH: "跳过"}
	sayBack     = commands.Text{EN: "back", ZH: "返回"}
	keepLabel   = commands.Text{EN: "keep it", ZH: "保留"}
	sayCancel   = commands.Text{EN: "cancel", ZH: "取消"}
)
