package mototest

import (
	"archive/zip"
	"bytes"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/stretchr/testify/require"
)

// compute makes what runs and what it keeps: networks and their rules, machines,
// disks, functions, balancers and certificates.
func (c Company) compute() {
	europe := ec2.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	america := ec2.NewFromConfig(c.Server.Writer("us-east-1", Anyone))
	c.on(2024, 2, 13)
	_, err := europe.EnableEbsEncryptionByDefault(c.T.Context(), &ec2.EnableEbsEncryptionByDefaultInput{})
	require.NoError(c.T, err)
	production := c.network(europe, "10.20.0.0/16", "10.20.1.0/24", "10.20.2.0/24")
	groups := c.groups(europe, production)

	c.on(2025, 2, 17)
	c.machine(europe, production, machine{name: "shop-1", groups: []string{groups["shop"]}, tokens: true, encrypted: true})
	c.machine(europe, production, machine{name: "shop-2", groups: []string{groups["shop"]}, tokens: true, encrypted: true})
	c.machine(europe, production, machine{name: "build-1", groups: []string{groups["build-agents"]}})
	c.machine(europe, production, machine{name: "signer-1", groups: []string{groups["office"]}, closed: true, encrypted: true})
	c.machine(europe, production, machine{name: "jump-host", groups: []string{groups["jump-host"]}, encrypted: true, public: true})
	c.machine(europe, production, machine{name: "old-wiki", groups: []string{groups["office"]}, stopped: true, encrypted: true})
	field := c.network(america, "10.30.0.0/16", "10.30.1.0/24", "10.30.2.0/24")
	c.machine(america, field, machine{name: "telemetry-gateway", tokens: true, encrypted: true})
	c.disks(europe)

	c.functions()
	c.balancers(production, groups["shop"])
}

// network is a private network and its subnets.
type network struct {
	id      string
	subnets []string
}

func (c Company) network(client *ec2.Client, block string, subnets ...string) network {
	t, ctx := c.T, c.T.Context()
	vpc, err := client.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: &block})
	require.NoError(t, err)
	n := network{id: *vpc.Vpc.VpcId}
	for i, s := range subnets {
		zone := client.Options().Region + string(rune('a'+i))
		out, err := client.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: &n.id, CidrBlock: aws.String(s), AvailabilityZone: &zone})
		require.NoError(t, err)
		n.subnets = append(n.subnets, *out.Subnet.SubnetId)
	}
	return n
}

// groups are security groups by name: each is good or bad in a way of its own.
func (c Company) groups(client *ec2.Client, n network) map[string]string {
	ids := map[string]string{}
	make := func(name string, rules ...types.IpPermission) {
		out, err := client.CreateSecurityGroup(c.T.Context(), &ec2.CreateSecurityGroupInput{VpcId: &n.id, GroupName: &name, Description: aws.String("Acme Robotics " + name)})
		require.NoError(c.T, err)
		ids[name] = *out.GroupId
		if len(rules) > 0 {
			_, err = client.AuthorizeSecurityGroupIngress(c.T.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: out.GroupId, IpPermissions: rules})
			require.NoError(c.T, err)
		}
	}
	offices := c.prefixList(client, "acme-offices", "198.51.100.0/24", "203.0.113.16/28")
	partners := c.prefixList(client, "acme-partners", "192.0.2.0/24", "0.0.0.0/0")
	make("shop", from(tcp(80, 80), "0.0.0.0/0", "::/0"), from(tcp(443, 443), "0.0.0.0/0", "::/0"), from(icmp(), "0.0.0.0/0"))
	make("orders-database", types.IpPermission{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(5432), ToPort: aws.Int32(5432),
		UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: aws.String(ids["shop"])}},
	})
	make("office", from(tcp(22, 22), "198.51.100.7/32", "10.0.0.0/8"), listed(tcp(443, 443), offices))
	make("jump-host", from(tcp(22, 22), "0.0.0.0/0"))
	make("reporting", from(tcp(3306, 3306), "::/0"))
	make("build-agents", from(types.IpPermission{IpProtocol: aws.String("-1")}, "0.0.0.0/0"))
	make("telemetry-ingest", from(types.IpPermission{IpProtocol: aws.String("udp"), FromPort: aws.Int32(3300), ToPort: aws.Int32(3400)}, "0.0.0.0/0"))
	make("partner-desktops", listed(tcp(3389, 3389), partners))
	make("migration", from(tcp(22, 22), "0.0.0.0/1", "128.0.0.0/1"))
	return ids
}

func tcp(first, last int32) types.IpPermission {
	return types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: &first, ToPort: &last}
}

func icmp() types.IpPermission {
	return types.IpPermission{IpProtocol: aws.String("icmp"), FromPort: aws.Int32(8), ToPort: aws.Int32(-1)}
}

func from(p types.IpPermission, networks ...string) types.IpPermission {
	for _, n := range networks {
		if bytes.ContainsRune([]byte(n), ':') {
			p.Ipv6Ranges = append(p.Ipv6Ranges, types.Ipv6Range{CidrIpv6: aws.String(n)})
		} else {
			p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(n)})
		}
	}
	return p
}

func listed(p types.IpPermission, list string) types.IpPermission {
	p.PrefixListIds = []types.PrefixListId{{PrefixListId: &list}}
	return p
}

func (c Company) prefixList(client *ec2.Client, name string, networks ...string) string {
	var entries []types.AddPrefixListEntry
	for _, n := range networks {
		entries = append(entries, types.AddPrefixListEntry{Cidr: aws.String(n)})
	}
	out, err := client.CreateManagedPrefixList(c.T.Context(), &ec2.CreateManagedPrefixListInput{
		PrefixListName: &name, AddressFamily: aws.String("IPv4"), MaxEntries: aws.Int32(10), Entries: entries,
	})
	require.NoError(c.T, err)
	return *out.PrefixList.PrefixListId
}

// machine is how a machine is set up.
type machine struct {
	name                                       string
	groups                                     []string
	tokens, closed, encrypted, public, stopped bool
}

func (c Company) machine(client *ec2.Client, n network, m machine) {
	t, ctx := c.T, c.T.Context()
	tags := func(kind types.ResourceType) types.TagSpecification {
		return types.TagSpecification{ResourceType: kind, Tags: []types.Tag{{Key: aws.String("Name"), Value: &m.name}}}
	}
	metadata := &types.InstanceMetadataOptionsRequest{
		HttpTokens: types.HttpTokensStateOptional, HttpEndpoint: types.InstanceMetadataEndpointStateEnabled, HttpPutResponseHopLimit: aws.Int32(1),
	}
	if m.tokens {
		metadata.HttpTokens = types.HttpTokensStateRequired
	}
	if m.closed {
		metadata.HttpEndpoint = types.InstanceMetadataEndpointStateDisabled
	}
	out, err := client.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0acme000000000001"), InstanceType: types.InstanceTypeT4gSmall, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{{
			DeviceIndex: aws.Int32(0), SubnetId: &n.subnets[0], Groups: m.groups, AssociatePublicIpAddress: &m.public,
		}},
		MetadataOptions: metadata, TagSpecifications: []types.TagSpecification{tags(types.ResourceTypeInstance), tags(types.ResourceTypeVolume)},
		BlockDeviceMappings: []types.BlockDeviceMapping{{
			DeviceName: aws.String("/dev/sda1"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(30), Encrypted: &m.encrypted},
		}},
	})
	require.NoError(t, err)
	if m.stopped {
		_, err = client.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{*out.Instances[0].InstanceId}})
		require.NoError(t, err)
	}
}

// disks are a disk of its own that is good and one that is bad, and of each a
// snapshot, the bad one public.
func (c Company) disks(client *ec2.Client) {
	t, ctx := c.T, c.T.Context()
	for _, d := range []struct {
		name   string
		sealed bool
	}{{"orders-archive", true}, {"robot-logs-import", false}} {
		named := func(kind types.ResourceType) []types.TagSpecification {
			return []types.TagSpecification{{ResourceType: kind, Tags: []types.Tag{{Key: aws.String("Name"), Value: &d.name}}}}
		}
		volume, err := client.CreateVolume(ctx, &ec2.CreateVolumeInput{
			AvailabilityZone: aws.String("eu-west-1a"), Size: aws.Int32(100), Encrypted: &d.sealed, TagSpecifications: named(types.ResourceTypeVolume),
		})
		require.NoError(t, err)
		snapshot, err := client.CreateSnapshot(ctx, &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId, TagSpecifications: named(types.ResourceTypeSnapshot)})
		require.NoError(t, err)
		if !d.sealed {
			_, err = client.ModifySnapshotAttribute(ctx, &ec2.ModifySnapshotAttributeInput{
				SnapshotId: snapshot.SnapshotId, Attribute: types.SnapshotAttributeNameCreateVolumePermission, OperationType: types.OperationTypeAdd, GroupNames: []string{"all"},
			})
			require.NoError(t, err)
		}
	}
}

func (c Company) functions() {
	t, ctx := c.T, c.T.Context()
	role, err := iam.NewFromConfig(c.Server.Writer("us-east-1", Anyone)).CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("functions"), AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	require.NoError(t, err)
	client := lambda.NewFromConfig(c.Server.Writer("eu-west-1", Anyone))
	c.on(2025, 9, 8)
	for _, f := range []struct {
		name    string
		allowed *lambda.AddPermissionInput
	}{
		{name: "order-mailer"},
		{name: "invoice-render"}, // has a public URL, see lacking.go
		{name: "thumbnails", allowed: &lambda.AddPermissionInput{Principal: aws.String("s3.amazonaws.com"), SourceArn: aws.String("arn:aws:s3:::acme-robotics-website"), SourceAccount: aws.String(CompanyAccount)}},
		{name: "partner-webhook", allowed: &lambda.AddPermissionInput{Principal: aws.String("*")}},
	} {
		_, err := client.CreateFunction(ctx, &lambda.CreateFunctionInput{
			FunctionName: &f.name, Role: role.Role.Arn, Runtime: lambdatypes.RuntimePython313, Handler: aws.String("main.handler"),
			Code: &lambdatypes.FunctionCode{ZipFile: archive(c)},
		})
		c.made(err)
		if f.allowed != nil {
			f.allowed.FunctionName, f.allowed.StatementId, f.allowed.Action = &f.name, aws.String("callers"), aws.String("lambda:InvokeFunction")
			_, err = client.AddPermission(ctx, f.allowed)
			require.NoError(t, err)
		}
	}
}

// archive is the code of a function, always the same.
func archive(c Company) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "main.py", Modified: time.Date(2025, 9, 8, 10, 0, 0, 0, time.UTC)})
	require.NoError(c.T, err)
	_, err = w.Write([]byte("def handler(event, context):\n    return event\n"))
	require.NoError(c.T, err)
	require.NoError(c.T, z.Close())
	return b.Bytes()
}
