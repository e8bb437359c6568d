// Composition root, with src/composition: only these name concrete connectors and stores. Opens a data directory and
// makes the operations over it.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { FailureView } from '@contactsync/contract';
import packageJson from '../package.json' with { type: 'json' };
import { certificateDer } from './certificates/certificate.ts';
import type { OpenedOperations } from './cli/context.ts';
import { checkTenantName } from './connectors/entra/national-clouds.ts';
import { parseFilter } from './connectors/ldap-client/parse-filter.ts';
import publicKeys from './license/public-keys.json' with { type: 'json' };
import { createLicense } from './license/stored-license.ts';
import { Failure } from './model/failure.ts';
import { FAILURE_CODES, type FailureCode } from './model/failure-codes.ts';
import type { CertificateTools, DocumentFormat, OperationsDependencies } from './operations/dependencies.ts';
import { makeOperations, toOperationError } from './operations/in-process.ts';
import { presentFailure } from './operations/present.ts';
import { bothLogs, silentLog } from './ports/log.ts';
import { dataDirectory } from './store/data-directory.ts';
import { differences } from './store/document-difference.ts';
import { ensureDataDirectory } from './store/open-database.ts';
import { openStores } from './store/open-stores.ts';
import { withEnvironment } from './store/policy-environment.ts';
import { validateEnvironment, validatePolicy } from './store/validate-document.ts';
import { parseYaml, stringifyYaml } from './store/yaml-document.ts';
import { type FileLog, openFileLog } from './system/file-log.ts';
import { withRunLog } from './system/run-log.ts';
import { systemClock } from './system/system-clock.ts';

export const { version } = packageJson;

const logFileIn = (directory: string) => join(directory, 'logs', 'contactsync.log');

/** `adjust`: for tests that watch or end the product at one of its ports. */
export async function openOperations(
  option: string | undefined,
  adjust: (dependencies: OperationsDependencies) => OperationsDependencies = (dependencies) => dependencies,
): Promise<OpenedOperations> {
  const directory = dataDirectory(option);
  let log: FileLog | undefined;
  try {
    ensureDataDirectory(directory);
    log = openLog(directory);
    const ownLog = log;
    const databaseUrl = process.env.CONTACTSYNC_DATABASE_URL;
    const stores = await openStores({
      dataDirectory: directory,
      clock: systemClock,
      log,
      ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    });
    const dependencies: OperationsDependencies = {
      ...stores,
      runs: withRunLog(stores.runs, log),
      license: createLicense(stores.settings, publicKeys),
      clock: systemClock,
      log,
      format: documentFormat,
      certificateTools: certificateTools(directory),
      checkTenantName,
      checkLdapFilter: parseFilter,
      // Loaded when first needed: most commands ask no service, and begin the sooner.
      connect: async (environment, alsoTo) => {
        const heard = alsoTo === undefined ? ownLog : bothLogs(ownLog, alsoTo);
        switch (environment.scenario) {
          case 'exchangeOnline': {
            const { connectExchangeOnline } = await import('./composition/connect-exchange-online.ts');
            return connectExchangeOnline(environment, stores, heard, Math.random);
          }
          case 'onPremises': {
            const { connectOnPremises } = await import('./composition/connect-on-premises.ts');
            return connectOnPremises(environment, stores, heard, Math.random);
          }
          case 'hybrid': {
            const { connectHybrid } = await import('./composition/connect-hybrid.ts');
            return connectHybrid(environment, stores, heard, Math.random);
          }
        }
      },
      connectMailServer: async (environment) => {
        const { connectMailServer } = await import('./composition/connect-mail-server.ts');
        return connectMailServer(environment, stores, ownLog);
      },
      connectListener: async (environment, kind) => {
        const { connectListener } = await import('./composition/connect-listener.ts');
        return connectListener(environment, kind, stores, ownLog);
      },
      newId: randomUUID,
      user: userInfo().username,
      holder: `process ${process.pid} on ${hostname()}`,
      version,
      dataDirectory: directory,
      logFile: logFileIn(directory),
    };
    const operations = makeOperations(adjust(dependencies));
    return {
      ...operations,
      async close() {
        await operations.close();
        await stores.close();
        ownLog.close();
      },
    };
  } catch (thrown) {
    const error = toOperationError(thrown, log ?? silentLog, logFileIn(directory));
    log?.close();
    throw error;
  }
}

const openLog = (directory: string) =>
  openFileLog(logFileIn(directory), process.env.CONTACTSYNC_LOG_LEVEL ?? 'info');

const documentFormat: DocumentFormat = {
  parsePolicy: ({ text, fileName = 'document', environment }) => {
    const { value, locate } = parseYaml(text, fileName);
    return validatePolicy(withEnvironment(value, fileName, environment), {
      origin: { file: fileName },
      locate,
    });
  },
  parseEnvironment: ({ text, fileName = 'document' }) => {
    const { value, locate } = parseYaml(text, fileName);
    return validateEnvironment(value, { origin: { file: fileName }, locate });
  },
  write: stringifyYaml,
  differences,
};

function certificateTools(directory: string): CertificateTools {
  return {
    async create({ subject, friendlyName, keySize, days }, now) {
      const { createSelfSigned } = await import('./certificates/create-self-signed.ts');
      return createSelfSigned({ subject, friendlyName, keyBits: keySize, lifetimeDays: days, now });
    },
    async read(file, friendlyName, now) {
      const { importPem, importPfx } = await import('./certificates/import-certificate.ts');
      const read =
        file.format === 'pfx'
          ? importPfx(Buffer.from(file.base64, 'base64'), file.password, now)
          : importPem(file.text, now, file.password);
      return friendlyName === undefined
        ? read
        : { ...read, certificate: { ...read.certificate, friendlyName } };
    },
    async writePublicPart(certificate) {
      const folder = join(directory, 'certificates');
      const path = join(folder, `${certificate.thumbprint}.cer`);
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(path, certificateDer(certificate.certificatePem));
      } catch (cause) {
        throw new Failure('dataDirectory', { details: { path }, cause });
      }
      return path;
    },
  };
}

export function describeFailure(code: string, details: FailureView['details']): FailureView {
  const known: FailureCode = Object.hasOwn(FAILURE_CODES, code) ? (code as FailureCode) : 'internalError';
  return presentFailure({ code: known, number: FAILURE_CODES[known].number, details });
}

/** A defect outside of any operation: its stack goes to the log file of the data directory, if there is one. */
export function recordDefect(thrown: unknown, option: string | undefined): FailureView {
  const directory = dataDirectory(option);
  const file = logFileIn(directory);
  try {
    if (!existsSync(directory)) return describeFailure('internalError', {});
    const log = openFileLog(file, 'error');
    log.error('the command line failed', { error: thrown });
    log.close();
  } catch {
    // The disk may be what failed.
  }
  return describeFailure('internalError', { log: file });
}

/** The demo needs the emulator, which only a checkout has. */
export function findDemo(): ((args: readonly string[]) => Promise<number>) | undefined {
  const script = join(import.meta.dirname, '..', 'tools', 'demo.ts');
  if (!existsSync(script)) return undefined;
  return (args) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
      // Ctrl-C reaches the demo too; it cleans up and ends, and this process with it.
      const ignore = () => {};
      process.on('SIGINT', ignore);
      child.on('error', reject).on('close', (code) => {
        process.off('SIGINT', ignore);
        resolve(code ?? 1);
      });
    });
}
