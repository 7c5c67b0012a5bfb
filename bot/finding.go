package bot

// A Finding is what the trying of one setting came to.
type Finding struct {
	What string // the setting, or what it is for
	Note string // what was found, if it is well
	Err  error  // what to do about it; nil: it is well
	// Skipped says that it could not be tried, because something else is wrong.
	Skipped bool
}
