// The admin REST's error answers, as captured from the wire.

import { Refusal } from '../server/exchange.ts';

interface CmdletFailure {
  readonly status: number;
  readonly code: 'BadRequest' | 'NotFound' | 'InternalServerError';
  /** Such as Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException. */
  readonly type: string;
  readonly text: string;
}

/** A cmdlet that ran and failed. */
export function cmdletFailure(failure: CmdletFailure): Refusal {
  return new Refusal({
    status: failure.status,
    body: {
      error: {
        code: failure.code,
        message: 'Error executing cmdlet',
        details: [{ code: 'Client', target: '', message: `Ex6F9304|${failure.type}|${failure.text}` }],
        innererror: {
          message: 'Error executing cmdlet',
          type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException',
          stacktrace: '',
          internalexception: { message: failure.text, type: failure.type, stacktrace: '' },
        },
      },
    },
  });
}

/** A request that never became a cmdlet. */
export function badRequest(message: string): Refusal {
  return new Refusal({
    status: 400,
    body: {
      error: {
        code: 'BadRequest',
        message,
        details: [{ code: 'Client', target: '', message }],
        innererror: {
          message,
          type: 'Microsoft.Exchange.Admin.OData.Core.ODataServiceException',
          stacktrace: '',
        },
      },
    },
  });
}

export function invalidArgument(text: string): Refusal {
  return cmdletFailure({
    status: 400,
    code: 'BadRequest',
    type: 'System.Management.Automation.ParameterBindingException',
    text,
  });
}

export function ambiguousParameterSet(): Refusal {
  return cmdletFailure({
    status: 400,
    code: 'BadRequest',
    type: 'Microsoft.Exchange.Management.PSDirectInvoke.AmbiguousParameterSetException',
    text: 'Parameter set cannot be resolved using the specified named parameters.',
  });
}

export function objectNotFound(identity: string): Refusal {
  return cmdletFailure({
    status: 404,
    code: 'NotFound',
    type: 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException',
    text: `The operation couldn't be performed because object '${identity}' couldn't be found on 'DC01.contoso.example'.`,
  });
}

export function objectAmbiguous(identity: string): Refusal {
  return cmdletFailure({
    status: 400,
    code: 'BadRequest',
    type: 'Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException',
    text: `The operation couldn't be performed because '${identity}' matches multiple entries.`,
  });
}
