package main

// firstScope is the scope of a first configuration. What nobody but the company can
// know is there as a comment that works once its marks are taken away.
const firstScope = `
# What the audit is about.
scope:
  # Trust Services categories. Security is part of every report.
  categories: [Security]
  # How far the company has grown: baseline, growing or established. Controls above
  # it are shown as advisory. Without it every control is asked.
  # profile: baseline
  #
  # The parts of what is audited, and what each of them runs on. What none of them
  # claims is shown as unscoped; ` + "`controlwatch inventory --unscoped`" + ` lists it.
  # systems:
  #   - id: product
  #     title: The product
  #     owner: engineering # id of a team, or an e-mail address
  #     environment: production
  #     data: [customer-records]
  #     uses: [Stripe] # systems and third parties it sends data to
  #     select:
  #       - {provider: aws, account: "111122223333", tags: {service: "product*"}}
  #       - {provider: github, path: "acme/product-*"}
  # data:
  #   - {id: customer-records, level: confidential, holds: [pii], owner: ceo@example.com}
  # teams:
  #   - {id: engineering, title: Engineering, members: [ada@example.com]}
  # third_parties:
  #   - {name: Stripe, purpose: Card payments, hosts: ["*.stripe.com"]}
  # Who answers for what has no owner by tag or system.
  # owners:
  #   - {owner: engineering}
  # Promises to customers, and laws, with the criteria they rest on.
  # commitments:
  #   - {id: data-is-encrypted, text: Customer data is encrypted at rest., criteria: [CC6.1]}

# The observation period, once there is one:
# period: {from: 2027-01-01, to: 2027-12-31, type: II}
`
