// The name of a policy or an environment: what people type, and what stands in one line of lists and logs.

import { z } from 'zod';

export const documentName = z
  .string()
  .trim()
  .min(1)
  .max(120)
  // Not a regex: its message would show the pattern to whoever wrote the file.
  .refine((name) => !/[\p{Cc}\u2028\u2029]/u.test(name), 'must be one line without control characters');
