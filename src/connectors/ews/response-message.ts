// What one response message, or a fault in place of all of them, says about its part of the request.

import { CONTRADICTION, type Refusal, refusalOf } from './failures.ts';
import { childrenOf, descend, textOf, type XmlElement } from './xml-element.ts';

export interface ResponseMessage {
  /** NoError when it was done. */
  readonly code: string;
  readonly element: XmlElement;
  /** undefined when it was done. A warning such as ErrorBatchProcessingStopped was not. */
  readonly refusal: Refusal | undefined;
}

export function messageOf(element: XmlElement, requestId: string): ResponseMessage {
  const stated = textOf(element, 'ResponseCode').trim();
  const isSuccess = element.attributes['ResponseClass'] === 'Success';
  if (isSuccess && (stated === '' || stated === 'NoError')) {
    return { code: 'NoError', element, refusal: undefined };
  }
  const details = descend(element, 'MessageXml');
  const code = isSuccess || stated === 'NoError' ? CONTRADICTION : stated === '' ? 'unknown' : stated;
  return {
    code,
    element,
    refusal: refusalOf(code, { requestId, backOffMs: backOffIn(details), property: propertyIn(details) }),
  };
}

export function refusalOfFault(fault: XmlElement, requestId: string): Refusal {
  const detail = descend(fault, 'detail');
  const stated = textOf(detail, 'ResponseCode').trim();
  const faultCode = textOf(fault, 'faultcode').replace(/^.*:/, '').trim();
  const details = descend(detail, 'MessageXml');
  return refusalOf(stated === '' ? faultCode : stated, {
    requestId,
    backOffMs: backOffIn(details),
    property: propertyIn(details),
  });
}

/** undefined for what is no number of milliseconds. */
function backOffIn(details: XmlElement | undefined): number | undefined {
  const value = childrenOf(details, 'Value').find((one) => one.attributes['Name'] === 'BackOffMilliseconds');
  const text = value?.text.trim() ?? '';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function propertyIn(details: XmlElement | undefined): string | undefined {
  const path = details?.children.find(({ name }) => name.endsWith('FieldURI'));
  const { FieldURI, FieldIndex, PropertyTag, PropertyId, PropertyName } = path?.attributes ?? {};
  const name = FieldURI ?? PropertyTag ?? PropertyName ?? PropertyId;
  return name === undefined || FieldIndex === undefined ? name : `${name} ${FieldIndex}`;
}
