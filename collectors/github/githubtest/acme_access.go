package githubtest

// acmeAccess is who and what reaches the sample company's code: of everything,
// some well kept and some not.
func acmeAccess() Access {
	ada, grace := Person{ID: 4100101, Login: "ada"}, Person{ID: 4100102, Login: "grace"}
	marie, kofi, yuki := Person{ID: 4100104, Login: "marie"}, Person{ID: 4100105, Login: "kofi"}, Person{ID: 4100106, Login: "yuki"}
	rosa, tom := Person{ID: 5200201, Login: "rosa-fieldworks"}, Person{ID: 5200202, Login: "tom-freelance"}
	approved := []string{"hashicorp/setup-terraform@*", "aws-actions/*"}
	return Access{
		Plan: "enterprise", SAML: true,
		Privileges: map[string]bool{
			"members_can_create_repositories": true, "members_can_create_public_repositories": false,
			"members_can_create_private_repositories": true, "members_can_fork_private_repositories": true,
			"members_can_delete_repositories": false, "members_can_change_repo_visibility": true,
			"members_can_invite_outside_collaborators": true,
		},
		Apps: []App{
			{ID: 31000001, AppID: 2740, Slug: "renovate", Selection: "selected", Permissions: map[string]string{
				"contents": "write", "metadata": "read", "pull_requests": "write", "workflows": "write",
			}},
			{ID: 31000002, AppID: 15368, Slug: "deploy-status", Selection: "selected", Permissions: map[string]string{
				"deployments": "read", "metadata": "read", "statuses": "write",
			}},
			{ID: 31000003, AppID: 43217, Slug: "standup-bot", Selection: "all", Permissions: map[string]string{
				"issues": "write", "metadata": "read",
			}},
			{ID: 31000004, AppID: 9911, Slug: "old-ci", Selection: "all", Suspended: true, Permissions: map[string]string{
				"administration": "write", "contents": "write", "metadata": "read",
			}},
		},
		Teams: []Team{
			{ID: 880001, Slug: "platform", Members: []Person{ada, grace, yuki}, Repositories: map[string]string{
				"cloud-api": "maintain", "infrastructure": "push", "website": "push",
			}},
			{ID: 880002, Slug: "firmware", Members: []Person{marie, kofi}, Repositories: map[string]string{
				"firmware": "push", "ros-drivers": "maintain",
			}},
		},
		Direct: map[string][]Grant{
			"ros-drivers":  {{rosa, "triage"}},
			"warehouse-ui": {{marie, "push"}, {tom, "admin"}},
		},
		Keys: map[string][]DeployKey{
			"infrastructure":    {{ID: 91001, Title: "argo cd", AddedBy: "ada", ReadOnly: true, CreatedAt: day(2026, 3, 2), LastUsed: day(2026, 11, 15)}},
			"warehouse-ui":      {{ID: 91002, Title: "jenkins", AddedBy: "linus", CreatedAt: day(2024, 2, 20), LastUsed: day(2025, 3, 9)}},
			"legacy-controller": {{ID: 91003, Title: "build box", AddedBy: "linus", ReadOnly: true, CreatedAt: day(2021, 4, 2)}},
		},
		Hooks: map[string][]Hook{
			"":             {{ID: 51001, URL: "https://hooks.acme-robotics.example/github", Signed: true}},
			"cloud-api":    {{ID: 51002, URL: "https://deploy.acme-robotics.example/hook?tenant=7", Signed: true}},
			"warehouse-ui": {{ID: 51003, URL: "http://jenkins.acme-robotics.example/github-webhook/", Insecure: true}},
			"firmware":     {{ID: 51004, URL: "http://old-lab.acme-robotics.example/notify", Inactive: true}},
		},
		Actions: map[string]Actions{
			"":               {Allowed: "selected", Patterns: approved, WriteToken: true, Secrets: []string{"NPM_READ_TOKEN"}},
			"cloud-api":      {Allowed: "selected", Patterns: approved, Claims: []string{"repo", "environment"}},
			"firmware":       {Allowed: "local_only", Pinned: true, Secrets: []string{"SIGNING_SERVICE_TOKEN"}},
			"infrastructure": {Allowed: "selected", Patterns: approved},
			"ros-drivers":    {Allowed: "selected", Patterns: approved, ForkApproval: "first_time_contributors", Runners: []string{"lab-arm64"}},
			"warehouse-ui":   {Allowed: "selected", Patterns: approved, WriteToken: true, Secrets: []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}},
			"website":        {Allowed: "selected", Patterns: approved, ForkApproval: "first_time_contributors_new_to_github"},
		},
		Environments: map[string][]Environment{
			"cloud-api": {
				{ID: 71001, Name: "production", Teams: []string{"platform"}, PreventSelfReview: true, BranchesLimited: true, Secrets: []string{"PAGING_KEY"}},
				{ID: 71002, Name: "staging", AdminsBypass: true},
			},
			"infrastructure": {{ID: 71003, Name: "production", Reviewers: []Person{ada}, WaitMinutes: 10, AdminsBypass: true}},
			"warehouse-ui":   {{ID: 71004, Name: "prod/eu", AdminsBypass: true, Secrets: []string{"PROD_GCP_SA_KEY"}}},
		},
		RunnerGroups: []RunnerGroup{
			{ID: 1, Name: "Default", Visibility: "all"},
			{ID: 7, Name: "robot lab", Visibility: "selected", Public: true},
		},
	}
}
