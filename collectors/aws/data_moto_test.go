package aws_test

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/controlwatch/controlwatch/collectors/aws/mototest"
	"github.com/controlwatch/controlwatch/collectors/connect"
	"github.com/controlwatch/controlwatch/collectors/transport"
	"github.com/controlwatch/controlwatch/collectors/transport/replay"
	"github.com/controlwatch/controlwatch/evidence"
)

var (
	noKey  = &evidence.Encryption{Enabled: no, Algorithm: aws.String(""), KeyID: aws.String(""), CustomerKey: no}
	labels = map[string]string{"owner": "fleet", "environment": "production", "data-classification": "confidential"}
)

// What is kept beside buckets and databases is stated as it was made.
func TestDataAgainstMoto(t *testing.T) {
	t.Parallel()
	m := mototest.Start(t, mototest.InCompany)
	mototest.Company{T: t, Server: m}.Seed()
	got := run(t, nil, func(s *transport.Seam) []connect.Source {
		return open(t, s, environment(m.Endpoint, anyone), sampleSettings)
	})
	store := func(typ, name string) evidence.Datastore { return *body[*evidence.Datastore](t, got, typ, name) }

	t.Run("tables", func(t *testing.T) {
		devices, sessions := store("aws.dynamodb.table", "devices"), store("aws.dynamodb.table", "sessions")
		require.WithinDuration(t, time.Now(), *devices.CreatedAt, time.Hour)
		devices.CreatedAt, sessions.CreatedAt = nil, nil
		require.Equal(t, evidence.Datastore{
			Tags: labels, Backup: &evidence.Backup{PointInTime: yes}, DeletionProtected: yes,
			Encryption: &evidence.Encryption{Enabled: yes, Algorithm: aws.String("KMS"), KeyID: aws.String(mototest.CustomerKey)},
		}, devices)
		require.Equal(t, evidence.Datastore{
			Tags: map[string]string{}, Backup: &evidence.Backup{PointInTime: no}, DeletionProtected: no,
			Encryption: &evidence.Encryption{Enabled: yes, Algorithm: aws.String("AES256"), KeyID: aws.String(""), CustomerKey: no},
		}, sessions)
		require.Equal(t, "arn:aws:dynamodb:eu-west-1:"+companyAccount+":table/devices", got.facts["aws.dynamodb.table"]["devices"].Resource.ID)
	})
	t.Run("file systems", func(t *testing.T) {
		models, scratch := store("aws.efs.file_system", "shared-models"), store("aws.efs.file_system", "scratch")
		require.Equal(t, "fleet", models.Tags["owner"])
		require.Equal(t, &evidence.Backup{Automatic: yes}, models.Backup)
		require.Equal(t, &evidence.Encryption{Enabled: yes, KeyID: aws.String("")}, models.Encryption)
		require.Equal(t, &evidence.Backup{Automatic: no}, scratch.Backup)
		require.Equal(t, noKey, scratch.Encryption)
	})
	t.Run("snapshots", func(t *testing.T) {
		require.Equal(t, []string{}, store("aws.rds.db_snapshot", "orders-before-16-4").SharedWith)
		require.Equal(t, yes, store("aws.rds.db_snapshot", "orders-before-16-4").Encryption.Enabled)
		require.Equal(t, []string{"all"}, store("aws.rds.db_snapshot", "reporting-for-agency").SharedWith)
		require.Equal(t, no, store("aws.rds.db_snapshot", "reporting-for-agency").Encryption.Enabled)
		require.Equal(t, []string{}, store("aws.rds.db_cluster_snapshot", "telemetry-2026-h1").SharedWith)
		require.Equal(t, []string{"444455556666"}, store("aws.rds.db_cluster_snapshot", "telemetry-for-partner").SharedWith)
		require.Len(t, got.facts["aws.rds.db_snapshot"], 2, "what RDS makes by itself cannot be shared")
	})
	t.Run("messages", func(t *testing.T) {
		queue := func(typ, name string) evidence.Queue { return *body[*evidence.Queue](t, got, typ, name) }
		require.Equal(t, &evidence.Encryption{Enabled: yes, Algorithm: aws.String("aws:kms"), KeyID: aws.String(mototest.CustomerKey), CustomerKey: yes}, queue("aws.sqs.queue", "orders").Encryption)
		require.Equal(t, &evidence.Encryption{Enabled: yes, Algorithm: aws.String("SSE-SQS"), KeyID: aws.String(""), CustomerKey: no}, queue("aws.sqs.queue", "shipments").Encryption)
		require.Equal(t, &evidence.PolicyDocument{Absent: true}, queue("aws.sqs.queue", "shipments").Policy)
		require.Equal(t, noKey, queue("aws.sqs.queue", "partner-uploads").Encryption)
		require.Equal(t, map[string][]string{"*": {"*"}}, queue("aws.sqs.queue", "partner-uploads").Policy.Statements[0].Principal)
		require.Equal(t, &evidence.Encryption{Enabled: yes, Algorithm: aws.String("aws:kms"), KeyID: aws.String("alias/aws/sns"), CustomerKey: no}, queue("aws.sns.topic", "alerts").Encryption)
		require.Equal(t, noKey, queue("aws.sns.topic", "partner-events").Encryption)
	})
	t.Run("images", func(t *testing.T) {
		images := func(name string) evidence.Artifact {
			a := *body[*evidence.Artifact](t, got, "aws.ecr.repository", name)
			a.CreatedAt = nil
			return a
		}
		none := &evidence.RegistryScanning{Type: "BASIC", Rules: []evidence.ScanningRule{}}
		fleet := &evidence.RegistryScanning{Type: "BASIC", Rules: []evidence.ScanningRule{{Frequency: "SCAN_ON_PUSH", Filters: []string{"fleet*"}}}}
		fixed, movable := aws.String("IMMUTABLE"), aws.String("MUTABLE")
		require.Equal(t, evidence.Artifact{Mutability: fixed, ScanOnPush: yes, Scanning: none, KeyID: aws.String("")}, images("robot/control"))
		require.Equal(t, evidence.Artifact{Mutability: movable, ScanOnPush: no, Scanning: none, KeyID: aws.String("")}, images("experiments"))
		require.Equal(t, evidence.Artifact{Mutability: fixed, ScanOnPush: no, Scanning: fleet, KeyID: aws.String("")}, images("fleet/api"))
	})
	t.Run("keys, without the period that moto does not know", func(t *testing.T) {
		key := func(name string) evidence.EncryptionKey {
			return *body[*evidence.EncryptionKey](t, got, "aws.kms.key", name)
		}
		require.Equal(t, &evidence.KeyRotation{Enabled: yes}, key("customer data").Rotation)
		_, told := got.facts["aws.kms.key"]["customer data"].Hole("rotation.period_days")
		require.True(t, told)
		require.Equal(t, &evidence.KeyRotation{Enabled: no, PeriodDays: aws.Int64(0)}, key("exports").Rotation)
		require.Equal(t, no, key("firmware signing").Symmetric)
		require.Equal(t, "PendingDeletion", *key("pilot").State)
		require.WithinDuration(t, time.Now().AddDate(0, 0, 30), key("pilot").DeletedAt.At, 25*time.Hour)
		require.Equal(t, map[string][]string{"*": {"*"}}, key("pilot").Policy.Statements[0].Principal)
	})
	t.Run("secrets", func(t *testing.T) {
		rotating := body[*evidence.Secret](t, got, "aws.secretsmanager.secret", "orders/database")
		require.Equal(t, yes, rotating.RotationEnabled)
		require.EqualValues(t, 30, *rotating.RotationDays)
		require.WithinDuration(t, time.Now(), rotating.LastRotated.At, time.Hour)
		still := body[*evidence.Secret](t, got, "aws.secretsmanager.secret", "partner/api-key")
		require.Equal(t, no, still.RotationEnabled)
		require.True(t, still.LastRotated.Never)
		require.WithinDuration(t, time.Now(), still.LastChanged.At, time.Hour)
	})
	t.Run("what moto cannot say of backups is a hole and not an absence", func(t *testing.T) {
		service := body[*evidence.BackupService](t, got, "aws.backup.region", "AWS Backup in us-east-1")
		require.Equal(t, &evidence.BackupService{Plans: []evidence.BackupPlan{}}, service)
		for _, p := range got.pulls {
			if p.Collector == "aws_backup_protected" || !unlikeAtMoto(p) {
				require.Equal(t, p.Collector != "aws_backup_protected", p.Complete(), p.Collector)
			}
		}
	})
}

// What moto cannot do, from answers written after AWS's documentation.
func TestWrittenData(t *testing.T) {
	t.Parallel()
	exchanges, err := replay.Load(os.DirFS(sampleFolder))
	require.NoError(t, err)
	got := run(t, replay.New(exchanges), func(s *transport.Seam) []connect.Source {
		return open(t, s, environment("", anyone), sampleSettings)
	})
	t.Run("keys", func(t *testing.T) {
		require.Len(t, got.facts["aws.kms.key"], 5, "AWS's own are passed over")
		require.Equal(t, &evidence.KeyRotation{Enabled: yes, PeriodDays: aws.Int64(365)}, body[*evidence.EncryptionKey](t, got, "aws.kms.key", "customer data").Rotation)
		require.Equal(t, &evidence.KeyRotation{Enabled: yes, PeriodDays: aws.Int64(1095)}, body[*evidence.EncryptionKey](t, got, "aws.kms.key", "telemetry").Rotation)
		require.Equal(t, mototest.CustomerKey, got.facts["aws.kms.key"]["customer data"].Resource.ID, "the key that the buckets name")
	})
	t.Run("backups", func(t *testing.T) {
		service := body[*evidence.BackupService](t, got, "aws.backup.region", "AWS Backup in eu-west-1")
		at := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }
		require.Len(t, service.Plans, 2)
		require.Equal(t, evidence.BackupPlan{
			ID: "7d1f2a04-58c3-4c39-9a7a-5b0b4e6f0c01", Name: "daily", Selections: []string{"tagged-production"},
			Rules: []evidence.BackupRule{{Name: "every-night", Schedule: aws.String("cron(0 2 * * ? *)"), RetentionDays: aws.Int64(35), PointInTime: no}},
		}, service.Plans[0])
		require.Equal(t, evidence.BackupJobCount{Since: at(16), Total: 4, Failed: 1}, service.Jobs[0])
		require.Equal(t, evidence.BackupJobCount{Since: at(15), Total: 8, Failed: 2}, service.Jobs[1])
		require.Equal(t, evidence.BackupJobCount{Since: at(10), Total: 28, Failed: 2}, service.Jobs[6])
		require.Len(t, service.Failing, 1)
		require.Equal(t, "EXPIRED", service.Failing[0].State)
		require.Equal(t, at(16).Add(2*time.Hour), service.Failing[0].At)
		require.Equal(t, []evidence.Restore{
			{Type: "DynamoDB", Status: "COMPLETED", Validation: "FAILED", Test: true, At: time.Date(2026, 10, 5, 4, 10, 0, 0, time.UTC)},
			{Type: "RDS", Status: "COMPLETED", Validation: "SUCCESSFUL", Test: true, At: time.Date(2026, 10, 5, 4, 30, 0, 0, time.UTC)},
			{Type: "S3", Status: "COMPLETED", At: time.Date(2026, 9, 14, 13, 20, 0, 0, time.UTC)},
		}, service.Restores)
		require.Equal(t, &evidence.BackupService{
			Plans: []evidence.BackupPlan{}, Jobs: []evidence.BackupJobCount{}, Failing: []evidence.FailedBackup{}, Restores: []evidence.Restore{},
		}, body[*evidence.BackupService](t, got, "aws.backup.region", "AWS Backup in us-east-1"))
		copied := body[*evidence.ProtectedResource](t, got, "aws.backup.protected_resource", "orders")
		require.Equal(t, time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC), copied.LastBackup.At)
	})
}
