package commands

// A Problem is a part of a message that cannot be used, and why. Its reason
// never holds what the person typed: that may be a phone number or a token.
type Problem struct {
	Field  *Field // nil: not about a known field
	Word   string // the name of an unknown field; to be shown to its author only
	Reason Text
}

// Error names the field and the reason, in English, and nothing that the person
// typed.
func (p *Problem) Error() string {
	if p.Field == nil {
		return p.Reason.EN
	}
	return p.Field.Name + ": " + p.Reason.EN
}

var (
	tooLongText = Text{
		EN: "that message was too long: only the beginning was read",
		ZH: "消息太长，只读取了开头部分",
	}
	noSuchField = Text{EN: "there is no such field", ZH: "没有这个字段"}
	nothingHere = Text{EN: "no value was given", ZH: "没有填写内容"}
	namedTwice  = Text{
		EN: "it was given more than once; the last one counts",
		ZH: "填写了多次，以最后一次为准",
	}
	lastIsBad = Text{
		EN: "it was given more than once; the last one that is valid counts",
		ZH: "填写了多次，以最后一次有效的为准",
	}
	onlyOne = Text{
		EN: "there is room for one only; the first one counts",
		ZH: "只能填一个，以第一个为准",
	}
	inProse = Text{
		EN: "it was read out of the description; please check both",
		ZH: "是从描述里读出来的，请核对这两项",
	}
)

// leftOut is the problem of a value that is missing where none is needed.
func leftOut(f *Field) *Problem {
	return &Problem{Field: f, Reason: Text{
		EN: "nothing given; to leave it out say: " + Skip.Word().EN + " " + f.Name,
		ZH: "没有填写；不需要的话发“" + Skip.Word().ZH + " " + f.Label.ZH + "”",
	}}
}

// didYouMean is the problem of a field name that nobody knows.
func didYouMean(word string, near *Field) *Problem {
	p := &Problem{Word: word, Reason: noSuchField}
	if near != nil {
		p.Reason.EN += "; did you mean " + near.Name + "?"
		p.Reason.ZH += "，是不是想填“" + near.Label.ZH + "”？"
	}
	return p
}
