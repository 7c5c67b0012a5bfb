package commands

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	f, err := os.Open("/tmp/pp/in.txt")
	if err != nil {
		t.Skip()
	}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		in := sc.Text()
		if in == "" || strings.HasPrefix(in, "#") {
			fmt.Println(in)
			continue
		}
		c := Parse(in)
		g, left := Guess(c.Rest, func(f *Field) bool {
			for _, v := range c.Values {
				if v.Field == f {
					return false
				}
			}
			return true
		})
		fmt.Printf("%-40s %s   => %s left %q\n", in, told(c), strings.Join(toldValues(g), ","), left)
	}
}
