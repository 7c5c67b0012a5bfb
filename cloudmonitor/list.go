package cloudmonitor

// The answer of DescribeContactList.

import "strings"

type listPage struct {
	Contacts struct{ Contact []listedContact }
	Total    scalar
}

type listedContact struct {
	Name, Desc, Lang scalar
	Channels         listedChannels
	ChannelsState    listedChannels
	ContactGroups    struct{ ContactGroup []scalar }
}

type listedChannels struct{ SMS, Mail, AliIM, DingWebHook scalar }

func (l listedContact) listed() Listed {
	ch, st := l.Channels, l.ChannelsState
	listed := Listed{
		Contact: Contact{
			Name:     string(l.Name),
			Describe: string(l.Desc),
			Lang:     string(l.Lang),
			Channels: Channels{string(ch.SMS), string(ch.Mail), string(ch.AliIM), string(ch.DingWebHook)},
		},
		State: States{activation(st.SMS), activation(st.Mail), activation(st.AliIM), activation(st.DingWebHook)},
	}
	for _, group := range l.ContactGroups.ContactGroup {
		listed.Groups = append(listed.Groups, string(group))
	}
	return listed
}

func activation(s scalar) Activation { return Activation(strings.ToUpper(string(s))) }
