// Package commands is what people may type to contactbot: the table of fields,
// one row a parameter of PutContact, and the parser of messages, in English and
// Chinese.
//
// [Fields] is the table. Everything that speaks about a field (the parser, the
// questions, help, forms, the summary, masking, the README) reads it there.
//
// [Parse] takes a message apart into a verb, labelled values ("mail=a@x.com",
// "邮箱：a@x.com") and the rest; [Guess] understands the rest by its shape. Both
// are pure, never panic and take time linear in the length of the text, which is
// a stranger's.
package commands
