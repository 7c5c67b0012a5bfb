package state

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// The form of a stored value is told by its first byte:
//
//	formPlain   the value follows
//	formSealed  id of the key (4 bytes), nonce (12), AES-256-GCM ciphertext and
//	            tag (16)
//
// The additional data of the seal are the form, the id, the table and the key
// of the record: a sealed value opens nowhere but where it was sealed. Sealing
// keeps values secret from whoever reads the file or a backup of it. It does not
// stop somebody who can write the file from putting an older value of the same
// record back, or one that is not sealed.
const (
	formPlain  = 0
	formSealed = 1

	keySize   = 32 // bytes: AES-256
	keyIDSize = 4
	nonceSize = 12
	tagSize   = 16
	sealed    = 1 + keyIDSize + nonceSize // bytes before the ciphertext
)

var (
	// ErrNoKey says that a record is sealed with a key that was not given.
	ErrNoKey = errors.New("the record is sealed with a key that is not in CONTACTBOT_DATA_KEYS: add the key that it was written with")
	// ErrUnsealable says that a stored value is not what was sealed for this
	// record.
	ErrUnsealable = errors.New("the record is damaged, or belongs in another place: restore the state from a backup")
)

// A Keyring seals the values of records with its newest key, and opens what any
// of its keys has sealed. Without keys, as a nil or zero Keyring, it leaves them
// in the clear. It may be used by any number of goroutines at once.
type Keyring struct {
	keys []dataKey // the newest first
}

type dataKey struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

// ParseKeys reads a key ring from text: 32-byte keys in base64, padded or not,
// with commas between them, the newest first. Text without keys is a ring
// without keys. Errors never contain a key.
func ParseKeys(s string) (*Keyring, error) {
	k := &Keyring{}
	if strings.TrimSpace(s) == "" {
		return k, nil
	}
	for i, text := range strings.Split(s, ",") {
		secret, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
		switch {
		case err != nil:
			// The decoder's own error tells a place, and with it a little of the key.
			return nil, fmt.Errorf("key %d: not base64 (make one with: openssl rand -base64 %d)", i+1, keySize)
		case len(secret) != keySize:
			return nil, fmt.Errorf("key %d: has %d bytes instead of %d (make one with: openssl rand -base64 %d)", i+1, len(secret), keySize, keySize)
		}
		key, err := newDataKey(secret)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		for j, other := range k.keys {
			if other.id == key.id {
				return nil, fmt.Errorf("key %d: is the same as key %d", i+1, j+1)
			}
		}
		k.keys = append(k.keys, key)
	}
	return k, nil
}

func newDataKey(secret []byte) (dataKey, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return dataKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return dataKey{}, err
	}
	hash := sha256.Sum256(append([]byte("contactbot data key id\x00"), secret...))
	return dataKey{id: [keyIDSize]byte(hash[:]), aead: aead}, nil
}

// Seal makes the value that is stored for a record from its plain value.
func (k *Keyring) Seal(table Table, key string, plain []byte) []byte {
	if k == nil || len(k.keys) == 0 {
		return append([]byte{formPlain}, plain...)
	}
	newest := &k.keys[0]
	out := make([]byte, sealed, sealed+len(plain)+tagSize)
	out[0] = formSealed
	copy(out[1:], newest.id[:])
	nonce := out[1+keyIDSize:]
	_, _ = rand.Read(nonce) // never fails: see crypto/rand
	return newest.aead.Seal(out, nonce, plain, additional(out[:1+keyIDSize], table, key))
}

// Open gives the plain value of a record back from what was stored for it.
// stale says that it should be stored again: it is sealed with an older key, or
// not at all although there is a key. Errors wrap ErrNoKey or ErrUnsealable.
// plain never shares memory with stored.
func (k *Keyring) Open(table Table, key string, stored []byte) (plain []byte, stale bool, err error) {
	if len(stored) == 0 {
		return nil, false, ErrUnsealable
	}
	switch stored[0] {
	case formPlain:
		return append(make([]byte, 0, len(stored)-1), stored[1:]...), k != nil && len(k.keys) > 0, nil
	case formSealed:
	default:
		return nil, false, ErrUnsealable
	}
	if len(stored) < sealed+tagSize {
		return nil, false, ErrUnsealable
	}
	head, nonce := stored[:1+keyIDSize], stored[1+keyIDSize:sealed]
	if k != nil {
		for i := range k.keys {
			if [keyIDSize]byte(head[1:]) != k.keys[i].id {
				continue
			}
			plain, err := k.keys[i].aead.Open(make([]byte, 0, len(stored)-sealed-tagSize), nonce, stored[sealed:], additional(head, table, key))
			if err != nil {
				return nil, false, ErrUnsealable
			}
			return plain, i > 0, nil
		}
	}
	return nil, false, ErrNoKey
}

// additional is what a seal is bound to: the table goes with its length, so
// that no two records have the same.
func additional(head []byte, table Table, key string) []byte {
	b := make([]byte, 0, len(head)+binary.MaxVarintLen64+len(table)+len(key))
	b = append(b, head...)
	b = binary.AppendUvarint(b, uint64(len(table)))
	b = append(b, table...)
	return append(b, key...)
}

// IDs tells key rings apart: what it says of a key tells nothing of the key
// itself. The newest comes first.
func (k *Keyring) IDs() string {
	var ids []string
	if k != nil {
		for _, key := range k.keys {
			ids = append(ids, hex.EncodeToString(key.id[:]))
		}
	}
	return strings.Join(ids, ",")
}

// String tells how many keys there are, and nothing of them.
func (k *Keyring) String() string {
	if k == nil || len(k.keys) == 0 {
		return "no keys"
	}
	if len(k.keys) == 1 {
		return "1 key"
	}
	return fmt.Sprintf("%d keys", len(k.keys))
}

// GoString is String, so that %#v hides the keys too.
func (k *Keyring) GoString() string { return k.String() }

// LogValue is String for logs.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }
