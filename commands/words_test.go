package commands

import (
	"slices"
	"strings"
	"testing"
)

func TestWordListsHaveNoDuplicates(t *testing.T) {
	lists := map[string][]string{
		"courtesies": courtesies, "registerEN": registerEN, "addEN": addEN, "afterEN": afterEN,
		"courtesiesZH": courtesiesZH, "registerZH": registerZH, "afterZH": afterZH, "compounds": compounds,
		"becomes": becomes, "is": is, "toChange": toChange, "between": between, "betweenZH": betweenZH, "endsZH": endsZH,
		"fillers": fillers, "fillersZH": fillersZH, "english": english, "speakLeads": speakLeads, "speakTails": speakTails,
		"links": links, "turns": turns,
		"asking": asking, "askingZH": askingZH, "questionEnd": questionEnd,
		"toChangeZH": toChangeZH, "contactWords": contactWords, "contactWordsZH": contactWordsZH,
		"correcting": correcting, "correctingZH": correctingZH, "mistaken": mistaken, "should": should,
		"deleting": deleting, "deletingZH": deletingZH, "deletedZH": deletedZH, "leadingZH": leadingZH, "ownThings": ownThings, "turnsInto": turnsInto, "nobody": nobody,
		"mayZH": mayZH, "addZH": addZH, "endsAfterZH": endsAfterZH, "forZH": forZH, "becomeZH": becomeZH, "places": places, "titles": titles, "greetings": greetings,
		"doubles": doubles, "nounStarts": nounStarts, "remarkChanges": remarkChanges, "remarkWords": remarkWords, "anyZH": anyZH,
		"ahead": ahead, "affirming": affirming, "behind": behind, "behindMost": behindMost,
		"ownContact": ownContact, "wishes": wishes, "wishesZH": wishesZH, "putting": putting, "puttingZH": puttingZH, "puttingToo": puttingToo, "puttingLast": puttingLast, "putBehind": putBehind, "joints": joints, "jointsZH": jointsZH,
		"noNames": noNames, "articles": articles, "thanks": thanks, "leadingUp": leadingUp,
		"linkMissing": linkMissing, "linkAgain": linkAgain, "linkThings": linkThings, "linkTalk": linkTalk,
		"naming": naming, "namingZH": namingZH, "presenting": presenting, "presentingZH": presentingZH, "politeEN": politeEN, "politeZH": politeZH,
	}
	for _, f := range Fields() {
		lists[f.Name] = slices.Concat(f.Words.EN, f.Words.ZH)
	}
	for what, all := range map[string][]lead{"leads": leads, "tails": tails} {
		for _, l := range all {
			lists[what] = append(lists[what], l.words...)
		}
	}
	for _, words := range introductions {
		lists["introductions"] = append(lists["introductions"], strings.Join(words, " "))
	}
	for _, name := range sortedKeys(lists) {
		seen := map[string]bool{}
		for _, w := range lists[name] {
			if seen[w] {
				t.Errorf("%s holds %s twice", name, w)
			}
			seen[w] = true
		}
	}
	for _, w := range []string{"报警", "告警"} {
		if !slices.Contains(afterZH, w) || Named(w+"语言") != languageField {
			t.Errorf("%s is not understood", w)
		}
	}
}
