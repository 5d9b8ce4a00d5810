package mototest

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// BadRegion is where everything of the bad world is.
const BadRegion = "us-east-1"

// SeedBad makes one of everything, as it should not be. What should watch is off.
// moto's clock is the machine's: who looks a year later finds it old as well.
func (c Company) SeedBad() {
	c.T.Helper()
	w := world{Company: c, region: BadRegion}
	t, ctx := c.T, c.T.Context()
	c.bucket(w.region, w.bucketName(), bucket{
		algorithm: s3types.ServerSideEncryptionAes256, policy: publicPolicy, tags: map[string]string{"data-classification": "confidential"},
	})
	w.stores()
	w.messages()
	w.images()
	w.logs()
	w.compute("signer-1")
	keys := kms.NewFromConfig(c.Server.Writer(w.region, Anyone))
	_, err := keys.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("key"), Policy: aws.String(action(everybodySends, "kms:*"))})
	c.made(err)
	leaving, err := keys.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("leaving"), Policy: aws.String(action(everybodySends, "kms:*"))})
	require.NoError(t, err)
	_, err = keys.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: leaving.KeyMetadata.KeyId, PendingWindowInDays: aws.Int32(30)})
	require.NoError(t, err)

	client := iam.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	everything := c.policy(client, "everything", everythingPolicy)
	for _, name := range []string{"person", "second", "third", "fourth", "fifth", "sixth"} { // each an administrator
		c.user(client, name, true)
		_, err = client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &everything})
		require.NoError(t, err)
		_, err = client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("all"), PolicyDocument: aws.String(everythingPolicy)})
		require.NoError(t, err)
		c.key(client, name)
		c.key(client, name)
	}
	_, err = client.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{
		Url: aws.String("https://token.actions.githubusercontent.com"), ClientIDList: []string{"sts.amazonaws.com"}, ThumbprintList: []string{"6938fd4d98bab03faadb97b34396831e3780aea1"},
	})
	c.made(err)
	for name, trust := range map[string]string{"pipeline": strings.ReplaceAll(githubTrust, "NAME", "*"), "open": openTrust} {
		_, err = client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
		c.made(err)
	}
}
