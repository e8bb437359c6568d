// Composition root, with src/composition: only these name concrete connectors and stores. Opens a data directory and
// makes the operations over it.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import type { BackupOperations, FailureView } from '@contactsync/contract';
import packageJson from '../package.json' with { type: 'json' };
import { certificateDer } from './certificates/certificate.ts';
import type { OpenedOperations } from './cli/context.ts';
import { withCarriedSharp } from './composition/carried-parts.ts';
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
import { type BackupPlace, createBackup } from './store/create-backup.ts';
import { dataDirectory } from './store/data-directory.ts';
import { codeDirectory } from './store/directory-access.ts';
import { differences } from './store/document-difference.ts';
import { ensureDataDirectory } from './store/open-database.ts';
import { openStores } from './store/open-stores.ts';
import { withEnvironment } from './store/policy-environment.ts';
import { inspectBackup, restoreBackup } from './store/restore-backup.ts';
import { validateEnvironment, validatePolicy } from './store/validate-document.ts';
import { parseYaml, stringifyYaml } from './store/yaml-document.ts';
import { type FileLog, openFileLog } from './system/file-log.ts';
import { KnownSecrets, secretsOfProcess, withKnownSecrets } from './system/known-secrets.ts';
import { logLimitsOf, openLogFiles } from './system/log-files.ts';
import { withRunLog } from './system/run-log.ts';
import { systemClock } from './system/system-clock.ts';

export const { version } = packageJson;

/** In the data directory unless another one is named. */
const logFileIn = (directory: string, logDirectory: string | undefined) =>
  join(logDirectory || process.env.CONTACTSYNC_LOG_DIR || join(directory, 'logs'), 'contactsync.log');

/** Of this process, in whatever data directory it works. */
const secretsMet = new KnownSecrets();

/** `adjust`: for tests that watch or end the product at one of its ports. */
export async function openOperations(
  option: string | undefined,
  adjust: (dependencies: OperationsDependencies) => OperationsDependencies = (dependencies) => dependencies,
  logDirectory?: string,
): Promise<OpenedOperations> {
  const directory = dataDirectory(option);
  const logFile = logFileIn(directory, logDirectory);
  let log: FileLog | undefined;
  try {
    ensureDataDirectory(directory);
    log = openLog(logFile);
    const ownLog = log;
    const databaseUrl = process.env.CONTACTSYNC_DATABASE_URL;
    const opened = await openStores({
      dataDirectory: directory,
      clock: systemClock,
      log,
      ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    });
    const stores = { ...opened, secrets: withKnownSecrets(opened.secrets, secretsMet) };
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
      startMonitoring: async (place, monitored) => {
        const { startMonitoring } = await import('./monitoring/start-monitoring.ts');
        return startMonitoring(place, monitored, ownLog);
      },
      newId: randomUUID,
      user: userInfo().username,
      holder: `process ${process.pid} on ${hostname()}`,
      version,
      dataDirectory: directory,
      logFile,
      logFiles: openLogFiles(logFile),
    };
    const complete = isSea()
      ? withCarriedSharp(dependencies, codeDirectory(directory, process.getuid?.()))
      : dependencies;
    const operations = makeOperations(adjust(complete));
    return {
      ...operations,
      async close() {
        await operations.close();
        await stores.close();
        ownLog.close();
      },
    };
  } catch (thrown) {
    const error = toOperationError(thrown, log ?? silentLog, logFile);
    log?.close();
    throw error;
  }
}

/** Each opens the data directory for itself, if at all: it may be empty, or about to be replaced. */
export function openBackups(option: string | undefined, logDirectory?: string): BackupOperations {
  const directory = dataDirectory(option);
  const logFile = logFileIn(directory, logDirectory);
  const place: BackupPlace = {
    dataDirectory: directory,
    clock: systemClock,
    version,
    user: userInfo().username,
    environmentVariables: process.env,
  };

  async function logged<T>(
    action: string,
    passphrase: string | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    let log: FileLog | undefined;
    try {
      if ((process.env.CONTACTSYNC_DATABASE_URL ?? '') !== '') throw new Failure('databaseElsewhere');
      ensureDataDirectory(directory);
      secretsMet.add(passphrase);
      log = openLog(logFile);
      const answer = await act();
      log.info('data directory backed up or restored', { action });
      return answer;
    } catch (thrown) {
      throw toOperationError(thrown, log ?? silentLog, logFile);
    } finally {
      log?.close();
    }
  }

  return {
    backUp: (request) => logged('backup', request.passphrase, () => createBackup(place, request)),
    restore: (request) => logged('restore', request.passphrase, () => restoreBackup(place, request)),
    inspect: (file) =>
      inspectBackup(file).catch((thrown: unknown) => {
        throw toOperationError(thrown, silentLog, logFile);
      }),
  };
}

function openLog(file: string): FileLog {
  secretsMet.add(...secretsOfProcess(process.env));
  return openFileLog(file, process.env.CONTACTSYNC_LOG_LEVEL ?? 'info', {
    secrets: secretsMet,
    limits: logLimitsOf(process.env),
  });
}

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
export function recordDefect(
  thrown: unknown,
  option: string | undefined,
  logDirectory?: string,
): FailureView {
  const directory = dataDirectory(option);
  const file = logFileIn(directory, logDirectory);
  try {
    if (!existsSync(directory)) return describeFailure('internalError', {});
    const log = openLog(file);
    log.error('the command line failed', { error: thrown });
    log.close();
  } catch {
    // The disk may be what failed.
  }
  return describeFailure('internalError', { log: file });
}

/** The demo needs the emulator, which only a checkout has. */
export function findDemo(): ((args: readonly string[]) => Promise<number>) | undefined {
  // The single executable is its own Node: it would start itself.
  if (isSea()) return undefined;
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
