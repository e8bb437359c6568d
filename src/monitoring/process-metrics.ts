// What Prometheus knows of every process, under the names it is known by:
// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics

import type { Metric } from '../ports/monitoring.ts';

export function processMetrics({
  memoryUsage,
  cpuUsage,
}: Pick<NodeJS.Process, 'memoryUsage' | 'cpuUsage'>): readonly Metric[] {
  const { rss, heapUsed } = memoryUsage();
  const { user, system } = cpuUsage();
  const one = (name: string, help: string, type: Metric['type'], value: number): Metric => ({
    ...{ name, help, type },
    samples: [{ value }],
  });
  return [
    one('process_resident_memory_bytes', 'Memory of the process.', 'gauge', rss),
    one(
      'process_cpu_seconds_total',
      'Processor time of the process.',
      'counter',
      (user + system) / 1_000_000,
    ),
    one('nodejs_heap_size_used_bytes', 'Memory in use for objects.', 'gauge', heapUsed),
  ];
}
