// Certificates: created or imported, listed, their public part exported. The private key never leaves the store.

import type { CertificateOperations } from '@contactsync/contract';
import { Failure } from '../model/failure.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { destinationOf } from './destination.ts';
import { findCertificate, idOf } from './lookup.ts';
import { presentCertificate } from './present.ts';

const pemBody = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '');

export function makeCertificateOperations(dependencies: OperationsDependencies): CertificateOperations {
  const { secrets, environments, certificateTools, clock, audit, user } = dependencies;
  const record = (action: string, thumbprint: string) =>
    audit.append({ who: user, action: `certificate.${action}`, subject: thumbprint, details: {} });

  return {
    async list() {
      const all = await secrets.listCertificates();
      return all.map((certificate) => presentCertificate(certificate, clock.now()));
    },

    async create(request) {
      const { certificate, privateKeyPem } = await certificateTools.create(request, clock.now());
      await secrets.saveCertificate(certificate, privateKeyPem);
      await record('create', certificate.thumbprint);
      const file = await certificateTools.writePublicPart(certificate);
      return { ...presentCertificate(certificate, clock.now()), file };
    },

    async import(file, friendlyName) {
      const { certificate, privateKeyPem } = await certificateTools.read(file, friendlyName, clock.now());
      await secrets.saveCertificate(certificate, privateKeyPem);
      await record('import', certificate.thumbprint);
      return presentCertificate(certificate, clock.now());
    },

    async export(thumbprint) {
      const certificate = await findCertificate(secrets, thumbprint);
      return { thumbprint: certificate.thumbprint, base64: pemBody(certificate.certificatePem) };
    },

    async remove(thumbprint) {
      const certificate = await findCertificate(secrets, thumbprint);
      const users: string[] = [];
      for (const { document } of await environments.list()) {
        const assigned = await secrets.readAssigned(idOf(document), destinationOf(document));
        if (assigned?.thumbprint === certificate.thumbprint) users.push(document.name);
      }
      if (users.length > 0)
        throw new Failure('certificateInUse', {
          details: { certificate: certificate.thumbprint, environments: users },
        });
      await secrets.removeCertificate(certificate.thumbprint);
      await record('remove', certificate.thumbprint);
    },
  };
}
