import type { Sample } from '../model/record.js';
import type { ProcessReading } from '../ports.js';
import { filesOf, sum } from './sums.js';

type ServicePart = Pick<Sample, 'serviceMemory' | 'serviceThreads' | 'serviceFiles' | 'serviceCpuTime'>;
type HostPart = Pick<Sample, 'hostMemory' | 'hostThreads' | 'hostFiles'>;

/** What stands longer than a flow, and what it holds: the services, and the host process of module flows. */
export class Standing {
  private serviceSeen = false;
  private serviceCpuTime = 0;

  /** Of the living, launchers left out. */
  observe(alive: readonly ProcessReading[]): ServicePart & HostPart {
    return { ...this.service(alive.filter(({ role }) => role === 'service')), ...hostPart(alive) };
  }

  /** Once seen it is told of for good: a service that has ended holds nothing. */
  private service(readings: readonly ProcessReading[]): ServicePart {
    this.serviceSeen ||= readings.length > 0;
    if (!this.serviceSeen) return {};
    const files = filesOf(readings);
    // What a worker used and nobody waited for is lost with it: the sum must not fall for that.
    this.serviceCpuTime = Math.max(
      this.serviceCpuTime,
      sum(readings, ({ cpuTime, childrenCpuTime }) => cpuTime + childrenCpuTime),
    );
    return {
      serviceMemory: sum(readings, ({ memory }) => memory),
      serviceThreads: sum(readings, ({ threads }) => threads),
      serviceFiles: files,
      serviceCpuTime: this.serviceCpuTime,
    };
  }
}

/** With a host for each slot, one more slot is one more host: what they hold together tells of no flow. */
function hostPart(alive: readonly ProcessReading[]): HostPart {
  const [host, another] = alive.filter(({ pid, root, role }) => role === 'flow' && pid === root);
  if (host === undefined || another !== undefined) return {};
  return { hostMemory: host.memory, hostThreads: host.threads, hostFiles: host.files };
}
