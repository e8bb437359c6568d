// The documents of the crash tests.

interface Service {
  readonly url: string;
  readonly caFile: string;
  readonly organization: string;
  readonly applicationId: string;
}

export const POLICY = 'All staff';

export const environmentText = ({ url, caFile, organization, applicationId }: Service): string =>
  JSON.stringify({
    kind: 'environment',
    version: 1,
    id: '11111111-2222-4333-8444-555555555555',
    name: 'contoso',
    scenario: 'exchangeOnline',
    defaultCountry: 'DE',
    additionalCaFile: caFile,
    exchangeOnline: { organization, applicationId, endpoints: { login: url, graph: url, exchange: url } },
  });

interface PolicyParts {
  readonly folder?: object;
  readonly source?: object;
  readonly brake?: object;
  readonly deletion?: object;
}

/** The brake lets everything through, unless told otherwise. */
const NO_BRAKE = {
  maxPeople: 10_000,
  maxPeoplePercent: 100,
  maxMailboxes: 1_000,
  maxMailboxesPercent: 100,
  maxUnexplainedPercentPerMailbox: 100,
};

export const policyText = ({
  folder = {},
  source = {},
  brake = NO_BRAKE,
  deletion = {},
}: PolicyParts = {}): string =>
  JSON.stringify({
    kind: 'policy',
    version: 1,
    id: 'aaaaaaaa-2222-4333-8444-555555555555',
    name: POLICY,
    environment: 'contoso',
    source: { type: 'exchangeOnline', ...source },
    folder,
    brake,
    deletion,
  });
