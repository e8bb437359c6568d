// One request through one face: scripted faults first, then the handler, then the log. Used for what arrives
// on the wire and, by the Graph face, for every part of a $batch, so that both meet the same trouble.

import { courseOf } from '../faults/course.ts';
import { isBatch } from '../faults/meeting.ts';
import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  type Face,
  type Handler,
  Refusal,
} from './exchange.ts';

/** undefined: no answer at all, the connection is to be cut (a part of a $batch: the part is left out). */
export async function answer(
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
  handler: Handler,
  isBatchPart: boolean,
): Promise<EmulatorResponse | undefined> {
  const response = await answerWithFaults(face, request, context, handler, isBatchPart);
  context.log.add(context.clock.now(), face, request, response?.status ?? 0, isBatchPart);
  return response;
}

/** For the Graph face: one inner request of a $batch, with faults and log. undefined: leave the part out. */
export function answerBatchPart(
  request: EmulatorRequest,
  context: EmulatorContext,
  handler: Handler,
): Promise<EmulatorResponse | undefined> {
  return answer('graph', request, context, handler, true);
}

async function answerWithFaults(
  face: Face,
  request: EmulatorRequest,
  context: EmulatorContext,
  handler: Handler,
  isBatchPart: boolean,
): Promise<EmulatorResponse | undefined> {
  // The control face must stay reachable, whatever a test has scripted.
  const action = face === 'control' ? undefined : context.faults.take(face, request, isBatchPart);
  // Requests to Graph and EWS take their time while they hold their place at the mailbox: there, not here.
  const holdsPlace = face === 'graph' || face === 'ews';
  const takesTimeHere = !holdsPlace || isBatch(request);
  if (!holdsPlace) await pause(context, context.traffic.latencyOf(face, request));
  if (action === undefined) return handle(request, context, handler);
  request.trace.fault = action;
  const course = courseOf(action, face, request, context);
  switch (course.kind) {
    case 'instead':
      return course.answer;
    case 'afterwards': {
      const done = await handle(request, context, handler);
      return course.always || done.status < 400 ? course.answer : done;
    }
    case 'delivered':
      return { ...(await handle(request, context, handler)), delivery: course.delivery };
    case 'delayed':
      if (takesTimeHere) await pause(context, course.milliseconds);
      else request.trace.delayMs = course.milliseconds;
      return handle(request, context, handler);
    case 'handled':
      return handle(request, context, handler);
  }
}

async function pause(context: EmulatorContext, milliseconds: number): Promise<void> {
  if (milliseconds > 0) await context.clock.sleep(milliseconds);
}

async function handle(
  request: EmulatorRequest,
  context: EmulatorContext,
  handler: Handler,
): Promise<EmulatorResponse> {
  try {
    return await handler(request, context);
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    // A bug of the emulator must not look like trouble of the service: say so, with the stack.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`emulator bug: ${request.method} ${request.path}\n${text}\n`);
    return { status: 500, body: { error: { code: 'EmulatorBug', message: text } } };
  }
}
