package github

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
)

// readFile reads the content of a file that a tree names.
func readFile(ctx context.Context, c *session, r repository, file treeEntry) ([]byte, error) {
	var blob struct {
		Content  string `json:"content"`
		Encoding string `json:"encoding"`
		SHA      string `json:"sha"`
	}
	if _, err := c.getInto(ctx, readBlob, r.path("/git/blobs/"+url.PathEscape(file.SHA)), &blob); err != nil {
		return nil, err
	}
	if blob.SHA != file.SHA || blob.Encoding != "base64" {
		return nil, unreadable(readBlob, "the answer is not the file asked for, or not in base64", nil)
	}
	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(blob.Content, "\n", ""))
	if err != nil {
		return nil, unreadable(readBlob, "the file's content is not base64", nil)
	}
	return text, nil
}
