package mototest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/transport"
)

// LackingOrigin says where the answers of Lacking come from.
const LackingOrigin = "written from the API references of EC2, Systems Manager and Lambda; moto_server does not know these operations, only its ids of machines and snapshots are its own"

// Lacking are the operations that moto does not know, or where it does not do
// what it is asked: it lists all snapshots as restorable by everybody.
var Lacking = []string{
	"ec2:GetSnapshotBlockPublicAccessState",
	"ec2:GetInstanceMetadataDefaults",
	"ssm:DescribeInstanceInformation",
	"ssm:DescribeInstancePatchStates",
	"lambda:ListFunctionUrlConfigs",
}

// RestorableByAll says whether a form asks which snapshots everybody may restore.
func RestorableByAll(form url.Values) bool { return form.Get("RestorableBy.1") == "all" }

// machineStates are the sample company's machines as Systems Manager knows them;
// build-1 it does not know, and jump-host was never searched for missing patches.
var machineStates = map[string]struct {
	ping              string
	pingAge, scanAge  time.Duration
	critical, lacking int // critical patches and security updates
	scanned           bool
}{
	"shop-1":            {ping: "Online", pingAge: 3 * time.Minute, scanned: true, scanAge: 20 * time.Hour},
	"shop-2":            {ping: "Online", pingAge: 4 * time.Minute, scanned: true, scanAge: 20 * time.Hour, critical: 2, lacking: 5},
	"signer-1":          {ping: "ConnectionLost", pingAge: 30 * 24 * time.Hour, scanned: true, scanAge: 31 * 24 * time.Hour},
	"jump-host":         {ping: "Online", pingAge: 2 * time.Minute},
	"telemetry-gateway": {ping: "ConnectionLost", pingAge: 2 * 24 * time.Hour, scanned: true, scanAge: 3 * 24 * time.Hour},
}

// Supplement answers for moto what it lacks, about what it holds when made, and
// passes everything else on.
type Supplement struct {
	base      http.RoundTripper
	now       time.Time
	machines  map[string]map[string]string // names by id, by region
	snapshots map[string][]types.Snapshot  // public ones, by region
}

// NewSupplement looks at what moto holds and answers over a base.
func NewSupplement(t *testing.T, s Server, base http.RoundTripper, now time.Time) *Supplement {
	t.Helper()
	out := &Supplement{base: Unimplemented(Base{To: base}), now: now, machines: map[string]map[string]string{}, snapshots: map[string][]types.Snapshot{}}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		client := ec2.NewFromConfig(s.Writer(region, Anyone))
		instances, err := client.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
		require.NoError(t, err)
		out.machines[region] = map[string]string{}
		for _, r := range instances.Reservations {
			for _, i := range r.Instances {
				for _, tag := range i.Tags {
					if aws.ToString(tag.Key) == "Name" {
						out.machines[region][*i.InstanceId] = *tag.Value
					}
				}
			}
		}
		snapshots, err := client.DescribeSnapshots(t.Context(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
		require.NoError(t, err)
		for _, one := range snapshots.Snapshots {
			shared, err := client.DescribeSnapshotAttribute(t.Context(), &ec2.DescribeSnapshotAttributeInput{SnapshotId: one.SnapshotId, Attribute: types.SnapshotAttributeNameCreateVolumePermission})
			require.NoError(t, err)
			if slices.ContainsFunc(shared.CreateVolumePermissions, func(p types.CreateVolumePermission) bool { return p.Group == "all" }) {
				out.snapshots[region] = append(out.snapshots[region], one)
			}
		}
	}
	return out
}

// RoundTrip answers what moto lacks.
func (s *Supplement) RoundTrip(req *http.Request) (*http.Response, error) {
	operation := transport.Operation(req.Context())
	region := transport.MeterFrom(req.Context()).Scope().Region
	switch operation {
	case "ec2:GetSnapshotBlockPublicAccessState":
		state := map[string]string{"eu-west-1": "block-new-sharing"}[region]
		if state == "" {
			state = "unblocked"
		}
		return answerXML(req, "GetSnapshotBlockPublicAccessState", "<state>"+state+"</state>")
	case "ec2:GetInstanceMetadataDefaults":
		level := map[string]string{"eu-west-1": "<httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>"}[region]
		return answerXML(req, "GetInstanceMetadataDefaults", "<accountLevel>"+level+"</accountLevel>")
	case "ssm:DescribeInstanceInformation":
		return answerJSON(req, map[string]any{"InstanceInformationList": s.information(region)})
	case "ssm:DescribeInstancePatchStates":
		return answerJSON(req, map[string]any{"InstancePatchStates": s.patchStates(region)})
	case "lambda:ListFunctionUrlConfigs":
		name := strings.Split(req.URL.Path, "/")[3]
		return answerJSON(req, map[string]any{"FunctionUrlConfigs": s.urls(region, name)})
	case "ec2:DescribeSnapshots":
		form, err := formOf(req)
		if err != nil {
			return nil, err
		}
		if RestorableByAll(form) {
			return answerXML(req, "DescribeSnapshots", "<snapshotSet>"+s.public(region)+"</snapshotSet>")
		}
	}
	return s.base.RoundTrip(req)
}

func (s *Supplement) ids(region string) []string {
	var ids []string
	for id, name := range s.machines[region] {
		if _, known := machineStates[name]; known {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(s.machines[region][a], s.machines[region][b]) })
	return ids
}

func (s *Supplement) information(region string) []map[string]any {
	list := []map[string]any{}
	for _, id := range s.ids(region) {
		is := machineStates[s.machines[region][id]]
		list = append(list, map[string]any{
			"InstanceId": id, "PingStatus": is.ping, "LastPingDateTime": s.now.Add(-is.pingAge).Unix(), "AgentVersion": "3.3.1345.0",
			"IsLatestVersion": true, "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance",
		})
	}
	return list
}

func (s *Supplement) patchStates(region string) []map[string]any {
	list := []map[string]any{}
	for _, id := range s.ids(region) {
		is := machineStates[s.machines[region][id]]
		if !is.scanned {
			continue
		}
		list = append(list, map[string]any{
			"InstanceId": id, "PatchGroup": "", "BaselineId": "pb-0123456789abcdef0", "Operation": "Scan",
			"OperationStartTime": s.now.Add(-is.scanAge - time.Minute).Unix(), "OperationEndTime": s.now.Add(-is.scanAge).Unix(),
			"InstalledCount": 214, "MissingCount": is.lacking, "FailedCount": 0, "NotApplicableCount": 931,
			"CriticalNonCompliantCount": is.critical, "SecurityNonCompliantCount": is.lacking, "OtherNonCompliantCount": 0,
		})
	}
	return list
}

func (s *Supplement) urls(region, function string) []map[string]any {
	auth := map[string]string{"invoice-render": "NONE", "thumbnails": "AWS_IAM"}[function]
	if auth == "" {
		return []map[string]any{}
	}
	return []map[string]any{{
		"FunctionUrl": "https://" + strings.Repeat("a", 32) + ".lambda-url." + region + ".on.aws/", "FunctionArn": "arn:aws:lambda:" + region + ":" + CompanyAccount + ":function:" + function,
		"AuthType": auth, "CreationTime": "2025-09-08T10:00:00.000000Z", "LastModifiedTime": "2025-09-08T10:00:00.000000Z", "InvokeMode": "BUFFERED",
	}}
}

func (s *Supplement) public(region string) string {
	var items strings.Builder
	for _, one := range s.snapshots[region] {
		fmt.Fprintf(&items, "<item><snapshotId>%s</snapshotId><volumeId>%s</volumeId><status>completed</status><startTime>%s</startTime><progress>100%%</progress><ownerId>%s</ownerId><volumeSize>%d</volumeSize><encrypted>%t</encrypted></item>",
			*one.SnapshotId, *one.VolumeId, one.StartTime.UTC().Format("2006-01-02T15:04:05.000Z"), CompanyAccount, aws.ToInt32(one.VolumeSize), aws.ToBool(one.Encrypted))
	}
	return items.String()
}

// formOf reads a form and leaves the body as it was.
func formOf(req *http.Request) (url.Values, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	return url.ParseQuery(string(body))
}

func answerXML(req *http.Request, name, inner string) (*http.Response, error) {
	return answer(req, "text/xml", fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>%s</%sResponse>`, name, inner, name))
}

func answerJSON(req *http.Request, value any) (*http.Response, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return answer(req, "application/x-amz-json-1.1", string(b))
}

func answer(req *http.Request, contentType, body string) (*http.Response, error) {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
