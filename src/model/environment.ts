// The environment configuration; its one definition is the schema in the contract (docs/decisions/0002).

export type {
  ActiveDirectory,
  Environment,
  ExchangeOAuth,
  ExchangeOnline,
  ExchangeWebServices,
  MailServer,
  OnPremises,
  Syslog,
} from '@contactsync/contract';
