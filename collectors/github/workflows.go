package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/controlwatch/controlwatch/evidence"
)

var workflowPopulation = evidence.Population{Kind: "Workflow", Type: "github.workflow"}

// Calls: ⌈repositories/100⌉ (twice where there are several pages) + 1, for each
// repository that is not archived 1 to 3, and 1 for each workflow file that no
// earlier pull has read in this form; of the last, detail_calls at most.
var workflowsCollector = evidence.Collector{
	Name:        "github_workflows",
	Doc:         "Reads the workflow files on the default branches of repositories that are not archived, and keeps a summary of what they call and refer to.",
	Populations: []evidence.Population{workflowPopulation},
	Reads:       []string{readRepositories, readOrganization, readTree, readBlob},
	Permissions: []string{permitRepositories, permitOrganization, permitContents},
}

func (s *source) collectWorkflows(ctx context.Context, c *session, rec *evidence.Recorder) error {
	repos, listErr := s.readRepositories(ctx, c, rec)
	may := s.details.allowance()
	var mu sync.Mutex
	var missed error // the first repository whose files were not listed
	err := each(ctx, repos, func(ctx context.Context, r repository) error {
		if r.Archived != nil && *r.Archived {
			return nil // nothing runs in it
		}
		files, err := readWorkflowFiles(ctx, c, r)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			if missed == nil {
				missed = err
			}
			return nil
		}
		for _, file := range files {
			f := s.workflowFact(ctx, c, r, file, may)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := rec.Add(f); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && listErr == nil && missed == nil {
		s.details.workflows.forget()
	}
	return errors.Join(listErr, err, missed)
}

// treeEntry is an entry of a folder.
type treeEntry struct {
	Path string `json:"path"`
	Type string `json:"type"` // blob, tree, commit
	Mode string `json:"mode"`
	SHA  string `json:"sha"`
	Size int64  `json:"size"`
}

const (
	workflowFolder = ".github/workflows"
	symlink        = "120000"
)

// readWorkflowFiles goes down from the root of the default branch. Asking for
// the folder itself would be shorter, but its absence and a missing right are
// one answer, 404; in a list that is read, what is not there is known not to be.
func readWorkflowFiles(ctx context.Context, c *session, r repository) ([]treeEntry, error) {
	at, ok := r.branchName()
	switch {
	case r.PushedAt.There && r.PushedAt.Value == nil:
		return nil, nil // nothing was ever pushed
	case !ok:
		return nil, unreadable(readRepositories, "GitHub names no default branch", nil)
	}
	for folder := range strings.SplitSeq(workflowFolder, "/") {
		entries, err := readFolder(ctx, c, r, at)
		if refusedWith(err, http.StatusConflict, "Git Repository is empty") {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		at = ""
		for _, e := range entries {
			if e.Path == folder && e.Type == "tree" {
				at = e.SHA
			}
		}
		if at == "" {
			return nil, nil
		}
	}
	entries, err := readFolder(ctx, c, r, at)
	if err != nil {
		return nil, err
	}
	var files []treeEntry
	for _, e := range entries {
		if ext := path.Ext(e.Path); e.Type == "blob" && e.Mode != symlink && (ext == ".yml" || ext == ".yaml") {
			files = append(files, e)
		}
	}
	return files, nil
}

func readFolder(ctx context.Context, c *session, r repository, at string) ([]treeEntry, error) {
	var tree struct {
		Truncated *bool       `json:"truncated"`
		Entries   []treeEntry `json:"tree"`
	}
	if _, err := c.getInto(ctx, readTree, r.path("/git/trees/"+url.PathEscape(at)), &tree); err != nil {
		return nil, err
	}
	switch {
	case tree.Entries == nil || tree.Truncated == nil:
		return nil, unreadable(readTree, "the answer has no tree or truncated", nil)
	case *tree.Truncated:
		return nil, endless(readTree, "GitHub lists a part of the folder's entries")
	}
	for _, e := range tree.Entries {
		if e.Path == "" || e.Type == "" || e.SHA == "" {
			return nil, unreadable(readTree, "an entry without path, type or sha", nil)
		}
	}
	return tree.Entries, nil
}

func (s *source) workflowFact(ctx context.Context, c *session, r repository, file treeEntry, may *allowance) evidence.Fact {
	name := workflowFolder + "/" + file.Path
	body := &evidence.Workflow{Repository: &r.FullName, Visibility: r.Visibility, Path: &name}
	id := strconv.FormatInt(r.ID, 10) + ":" + name
	f := evidence.Fact{Resource: s.resource(workflowPopulation, id, r.FullName+"/"+name), Body: body}
	if body.Visibility == nil {
		f.Miss("visibility", unreadable(readRepositories, "GitHub did not state it", nil))
	}
	digest := strconv.FormatInt(r.ID, 10) + ":" + file.SHA
	known, ok := s.details.workflows.get(digest)
	switch {
	case ok:
		body.Definition = known
	case !may.take(1):
		f.Miss("definition", spent(readBlob))
	default:
		var err error
		if body.Definition, err = readWorkflow(ctx, c, r, file); err != nil {
			f.Miss("definition", err)
		} else {
			s.details.workflows.put(digest, body.Definition)
		}
	}
	return f
}

// mostBytes is far more than a workflow that GitHub runs has.
const mostBytes = 512 << 10

func readWorkflow(ctx context.Context, c *session, r repository, file treeEntry) (*evidence.WorkflowDefinition, error) {
	if file.Size > mostBytes {
		return nil, endless(readTree, fmt.Sprintf("the file has %d bytes, and no more than %d are read", file.Size, mostBytes))
	}
	text, err := readFile(ctx, c, r, file)
	if err != nil {
		return nil, err
	}
	if len(text) > mostBytes {
		return nil, endless(readBlob, fmt.Sprintf("the file has more than %d bytes", mostBytes))
	}
	definition, err := parseWorkflow(text)
	if err != nil {
		return nil, unreadable(readBlob, "the file is not a workflow", err)
	}
	return definition, nil
}
