package bot

// Hold holds what everybody needs, until the returned function is called.
func (b *Bot) Hold() (letGo func()) {
	b.mu.Lock()
	return b.mu.Unlock
}
