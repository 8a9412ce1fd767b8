import type { FaultsPlan } from '../model/faults.js';
import { portVariable, type ScenarioPlan, type ServicePlan } from '../model/plan.js';
import { fillText, fillTexts } from '../lib/placeholders.js';

/** A scenario whose ports are chosen. */
interface PortedPlan {
  readonly plan: ScenarioPlan;
  /** FLOWGATE_PORT and FLOWGATE_PORT_NAME, for everything that the scenario starts. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Gives each service a port, in their order, and puts it wherever the scenario names it. In a service's own texts
 * `{{port}}` is its own port; elsewhere it is the port of the only service.
 */
export function withPorts(plan: ScenarioPlan, ports: readonly number[]): PortedPlan {
  const { name, thresholds, services, faults, ...texts } = plan;
  const ported = services.map((service, index) => ({ service, port: String(ports[index]) }));
  const named = new Map(
    ported.flatMap(({ service: { name }, port }) => (name === undefined ? [] : [[`port.${name}`, port]])),
  );
  const only = ported.length === 1 ? ported[0]?.port : undefined;
  const values = only === undefined ? named : new Map([...named, ['port', only]]);
  return {
    plan: {
      ...fillTexts(texts, values),
      name,
      thresholds,
      ...(faults === undefined ? {} : { faults: portedFaults(faults, values) }),
      services: ported.map(({ service, port }) =>
        portedService(service, new Map([...named, ['port', port]])),
      ),
    },
    env: {
      ...Object.fromEntries(
        ported.flatMap(({ service: { name }, port }) =>
          name === undefined ? [] : [[portVariable(name), port]],
        ),
      ),
      ...(only === undefined ? {} : { FLOWGATE_PORT: only }),
    },
  };
}

/** A service finds its own port in FLOWGATE_PORT, however many there are. */
function portedService(service: ServicePlan, values: ReadonlyMap<string, string>): ServicePlan {
  const filled = fillTexts(service, values);
  return { ...filled, env: { FLOWGATE_PORT: values.get('port') ?? '', ...filled.env } };
}

/** A dependency that is a service is where that service has its port. */
function portedFaults(faults: FaultsPlan, values: ReadonlyMap<string, string>): FaultsPlan {
  const { network, ...rest } = faults;
  if (network === undefined) return faults;
  return {
    ...rest,
    network: network.map(({ upstreamPort, upstream, ...entry }) => ({
      ...entry,
      upstream:
        upstreamPort === undefined ? upstream : { ...upstream, port: Number(fillText(upstreamPort, values)) },
    })),
  };
}
