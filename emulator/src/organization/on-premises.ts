// What the organization has in its own building: Windows accounts that sign in at Exchange with a password, who of
// them may impersonate whom, and how the server wants to be signed in to. Passwords are made at start, never written
// down.

import { createHash, randomBytes } from 'node:crypto';
import type { Organization, Recipient } from './state.ts';

export interface Account {
  readonly samAccountName: string;
  readonly userPrincipalName: string;
  readonly sid: string;
  password: string;
  /** Object id of the recipient whose account it is; a service account has none. */
  readonly ownerId?: string;
  /** ApplicationImpersonation: not at all, unscoped, or for the members of a group (its object id). */
  impersonates: 'nobody' | 'everybody' | { readonly membersOf: string };
  isDisabled: boolean;
  isPasswordExpired: boolean;
  isLocked: boolean;
  /** Wrong passwords since the last right one: what locks the account. */
  badPasswords: number;
  /** Since the start: wrong passwords, and any while the account is locked. */
  failedSignIns: number;
  signIns: number;
}

export type ExtendedProtection = 'none' | 'allow' | 'require';

export interface SignInSettings {
  readonly basic: boolean;
  readonly ntlm: boolean;
  /** As far as it carries NTLM: there is no Kerberos here. */
  readonly negotiate: boolean;
  readonly bearer: boolean;
  readonly extendedProtection: ExtendedProtection;
  /** Wrong passwords until an account is locked; 0: never. */
  readonly lockoutThreshold: number;
}

export const usualSignIn: SignInSettings = {
  basic: true,
  ntlm: true,
  negotiate: true,
  bearer: true,
  extendedProtection: 'allow',
  lockoutThreshold: 5,
};

export const netbiosDomain = 'CONTOSO';
export const serviceAccountName = 'svc-contactsync';

export class OnPremises {
  readonly #organization: Organization;
  readonly #accounts = new Map<string, Account>();
  signIn: SignInSettings = usualSignIn;

  constructor(organization: Organization) {
    this.#organization = organization;
    this.addAccount(serviceAccountName, 'everybody');
  }

  get dnsDomain(): string {
    return this.#organization.domains[0] ?? 'contoso.example';
  }

  get serviceAccount(): Account {
    return this.#require(serviceAccountName);
  }

  addAccount(samAccountName: string, impersonates: Account['impersonates'], owner?: Recipient): Account {
    const account: Account = {
      samAccountName,
      userPrincipalName: owner?.userPrincipalName ?? `${samAccountName}@${this.dnsDomain}`,
      sid: sidOf(samAccountName),
      password: randomBytes(18).toString('base64url'),
      ...(owner === undefined ? {} : { ownerId: owner.id }),
      impersonates,
      isDisabled: false,
      isPasswordExpired: false,
      isLocked: false,
      badPasswords: 0,
      failedSignIns: 0,
      signIns: 0,
    };
    this.#accounts.set(samAccountName.toLowerCase(), account);
    return account;
  }

  /** Everybody with a mailbox has one; it is made when it is first asked for. */
  accountOf(owner: Recipient): Account {
    const known = [...this.#accounts.values()].find((account) => account.ownerId === owner.id);
    return known ?? this.addAccount(owner.alias, 'nobody', owner);
  }

  /** `DOMAIN\user`, `user@domain`, or (domain apart) the name alone. */
  find(user: string, domain = ''): Account | undefined {
    const backslash = user.indexOf('\\');
    if (backslash >= 0) return this.find(user.slice(backslash + 1), user.slice(0, backslash));
    const lower = user.toLowerCase();
    const isOurDomain = ['', '.', netbiosDomain.toLowerCase(), this.dnsDomain.toLowerCase()].includes(
      domain.toLowerCase(),
    );
    if (lower.includes('@')) {
      const known = [...this.#accounts.values()].find((one) => one.userPrincipalName.toLowerCase() === lower);
      return known ?? this.#ownAccount((one) => one.userPrincipalName?.toLowerCase() === lower);
    }
    if (!isOurDomain) return undefined;
    return this.#accounts.get(lower) ?? this.#ownAccount((one) => one.alias.toLowerCase() === lower);
  }

  all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  /** Passwords stay, so that a product stays signed in; counts, locks and settings are as at the start. */
  reset(): void {
    this.signIn = usualSignIn;
    for (const [name, account] of this.#accounts) {
      if (account.ownerId !== undefined) this.#accounts.delete(name);
      Object.assign(account, {
        impersonates: name === serviceAccountName ? 'everybody' : account.impersonates,
        isDisabled: false,
        isPasswordExpired: false,
        isLocked: false,
        badPasswords: 0,
        failedSignIns: 0,
        signIns: 0,
      });
    }
  }

  noteSignIn(account: Account): void {
    account.badPasswords = 0;
    account.signIns += 1;
  }

  noteBadPassword(account: Account): void {
    account.failedSignIns += 1;
    account.badPasswords += 1;
    const { lockoutThreshold } = this.signIn;
    if (lockoutThreshold > 0 && account.badPasswords >= lockoutThreshold) account.isLocked = true;
  }

  #ownAccount(isMeant: (recipient: Recipient) => boolean): Account | undefined {
    for (const recipient of this.#organization.recipients.values())
      if (recipient.mailbox !== undefined && isMeant(recipient)) return this.accountOf(recipient);
    return undefined;
  }

  #require(name: string): Account {
    const account = this.#accounts.get(name);
    if (account === undefined) throw new Error(`no account ${name}`);
    return account;
  }
}

/** Who may be impersonated by whom. */
export function mayImpersonate(organization: Organization, account: Account, target: Recipient): boolean {
  if (account.impersonates === 'everybody') return true;
  if (account.impersonates === 'nobody') return false;
  const group = organization.recipients.get(account.impersonates.membersOf);
  return group?.memberIds?.includes(target.id) ?? false;
}

export function sidOf(name: string): string {
  const bytes = createHash('sha256').update(name.toLowerCase()).digest();
  return `S-1-5-21-1004336348-1177238915-682003330-${1000 + (bytes.readUInt32BE(0) % 1_000_000)}`;
}
