// The environment configuration; its one definition is the schema in the contract (docs/decisions/0002).

export type {
  ActiveDirectory,
  Environment,
  ExchangeOnline,
  ExchangeWebServices,
  OnPremises,
} from '@contactsync/contract';
