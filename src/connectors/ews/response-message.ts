// What one response message, or a fault in place of all of them, says about its part of the request.

import { type Refusal, refusalOf } from './failures.ts';
import { childrenOf, descend, textOf, type XmlElement } from './xml-element.ts';

export interface ResponseMessage {
  /** NoError when it was done. */
  readonly code: string;
  readonly element: XmlElement;
  /** undefined when it was done. A warning such as ErrorBatchProcessingStopped was not. */
  readonly refusal: Refusal | undefined;
}

export function messageOf(element: XmlElement, requestId: string): ResponseMessage {
  const stated = textOf(element, 'ResponseCode');
  const isDone = element.attributes['ResponseClass'] === 'Success' || stated === 'NoError';
  if (isDone) return { code: 'NoError', element, refusal: undefined };
  const details = descend(element, 'MessageXml');
  const code = nestedBusy(details) ?? (stated === '' ? 'unknown' : stated);
  return {
    code,
    element,
    refusal: refusalOf(code, { requestId, backOffMs: backOffIn(details), property: propertyIn(details) }),
  };
}

export function refusalOfFault(fault: XmlElement, requestId: string): Refusal {
  const detail = descend(fault, 'detail');
  const stated = textOf(detail, 'ResponseCode');
  const faultCode = textOf(fault, 'faultcode').replace(/^.*:/, '');
  const details = descend(detail, 'MessageXml');
  const code = nestedBusy(details) ?? (stated === '' ? faultCode : stated);
  return refusalOf(code, {
    requestId,
    backOffMs: backOffIn(details),
    property: propertyIn(details),
  });
}

/** A busy server may hide behind ErrorInternalServerError; the wish to wait gives it away. */
function nestedBusy(details: XmlElement | undefined): string | undefined {
  return backOffIn(details) === undefined ? undefined : 'ErrorServerBusy';
}

function backOffIn(details: XmlElement | undefined): number | undefined {
  const value = childrenOf(details, 'Value').find((one) => one.attributes['Name'] === 'BackOffMilliseconds');
  const milliseconds = Number(value?.text ?? Number.NaN);
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}

function propertyIn(details: XmlElement | undefined): string | undefined {
  const path = details?.children.find(({ name }) => name.endsWith('FieldURI'));
  const { FieldURI, FieldIndex, PropertyTag, PropertyId, PropertyName } = path?.attributes ?? {};
  const name = FieldURI ?? PropertyTag ?? PropertyName ?? PropertyId;
  return name === undefined || FieldIndex === undefined ? name : `${name} ${FieldIndex}`;
}
