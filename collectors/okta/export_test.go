package okta

import "encoding/json"

// ReadsLogEvent says what is wrong with an event of the System Log.
func ReadsLogEvent(event any) error {
	raw, err := json.Marshal(event)
	if err != nil {
		return err
	}
	_, err = (&source{account: "acme.okta.com"}).parseLogEvent(raw)
	return err
}
