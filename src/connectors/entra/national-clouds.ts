// Where the services of each national cloud are, and which tenant names belong to it.
// https://learn.microsoft.com/graph/deployments and https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud

import type { ExchangeOnline } from '../../model/environment.ts';
import { Failure } from '../../model/failure.ts';

export type Cloud = ExchangeOnline['cloud'];

export interface CloudEndpoints {
  /** Addresses without a path and without a slash at the end. */
  readonly login: string;
  readonly graph: string;
  readonly exchange: string;
  /** What a token is asked for. Stays Microsoft's own name even when the hosts are replaced. */
  readonly graphResource: string;
  readonly exchangeResource: string;
  /** For the http client. */
  readonly allowedHosts: readonly string[];
}

interface CloudFacts {
  readonly login: string;
  readonly graph: string;
  readonly exchange: string;
  /** Regional hosts to which Exchange Online may send a request on. */
  readonly regionalHosts: readonly string[];
  readonly initialDomainEnding: string;
}

const CLOUDS: Readonly<Record<Cloud, CloudFacts>> = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    exchange: 'https://outlook.office365.com',
    regionalHosts: ['outlook.office.com', '*.outlook.office365.com', '*.prod.outlook.com'],
    initialDomainEnding: '.onmicrosoft.com',
  },
  usGovernment: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    exchange: 'https://outlook.office365.us',
    regionalHosts: ['*.outlook.office365.us'],
    initialDomainEnding: '.onmicrosoft.us',
  },
  usGovernmentDod: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    exchange: 'https://outlook-dod.office365.us',
    regionalHosts: ['*.outlook-dod.office365.us'],
    initialDomainEnding: '.onmicrosoft.us',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    exchange: 'https://partner.outlook.cn',
    regionalHosts: ['outlook.office365.cn', '*.partner.outlook.cn'],
    initialDomainEnding: '.partner.onmschina.cn',
  },
};

/** The hosts of the cloud, or the ones the environment names instead. */
export function cloudEndpoints(exchangeOnline: Pick<ExchangeOnline, 'cloud' | 'endpoints'>): CloudEndpoints {
  const facts = CLOUDS[exchangeOnline.cloud];
  const { endpoints } = exchangeOnline;
  const login = base(endpoints?.login ?? facts.login);
  const graph = base(endpoints?.graph ?? facts.graph);
  const exchange = base(endpoints?.exchange ?? facts.exchange);
  const named = [login, graph, exchange].map((address) => new URL(address).host);
  return {
    login,
    graph,
    exchange,
    graphResource: facts.graph,
    exchangeResource: facts.exchange,
    allowedHosts: [...new Set([...named, ...(endpoints?.exchange === undefined ? facts.regionalHosts : [])])],
  };
}

function base(address: string): string {
  return address.replace(/\/+$/, '');
}

/** Reasons in the details of `invalidTenantName`. */
export type TenantNameProblem = 'notADomain' | 'customDomain' | 'otherCloud' | 'mailRoutingDomain';

/** The organization must be the tenant's initial domain: the one name that never changes and says the cloud. */
export function checkTenantName(organization: string, cloud: Cloud): Failure | undefined {
  const problem = findProblem(organization.toLowerCase(), cloud);
  if (problem === undefined) return undefined;
  const expected = `*${CLOUDS[cloud].initialDomainEnding}`;
  return new Failure('invalidTenantName', { details: { organization, reason: problem, expected } });
}

function findProblem(name: string, cloud: Cloud): TenantNameProblem | undefined {
  if (!/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(name)) return 'notADomain';
  const { initialDomainEnding } = CLOUDS[cloud];
  if (name.endsWith(initialDomainEnding)) {
    // contoso.mail.onmicrosoft.com is the coexistence domain that hybrid set-up adds.
    return name.slice(0, -initialDomainEnding.length).includes('.') ? 'mailRoutingDomain' : undefined;
  }
  const isOfOtherCloud = Object.values(CLOUDS).some((other) => name.endsWith(other.initialDomainEnding));
  return isOfOtherCloud ? 'otherCloud' : 'customDomain';
}
