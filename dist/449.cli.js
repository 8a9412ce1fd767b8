export const id = 449;
export const ids = [449];
export const modules = {

/***/ 6449:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  nodeResourceLimits: () => (/* binding */ nodeResourceLimits),
  prlimitOnly: () => (/* binding */ prlimitOnly)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/src/errors.js
var errors = __webpack_require__(7406);
// EXTERNAL MODULE: ./build/src/model/limits.js
var model_limits = __webpack_require__(4831);
// EXTERNAL MODULE: ./build/src/faults/limits-groups.js
var limits_groups = __webpack_require__(356);
;// CONCATENATED MODULE: ./build/src/faults/limits-rlimit.js
/** RLIMIT_NOFILE, hard and soft: a process can not lift it again. */
const files = ({ limit }, { platform, hardFiles }) => {
    if (platform === 'win32')
        return { reason: 'Windows has no limit on open files' };
    if (limit > hardFiles) {
        const remark = `the limit that flowgate itself is under, ${hardFiles}, is lower and stays in force`;
        return { by: 'RLIMIT_NOFILE', remark, command: () => undefined };
    }
    return { by: 'RLIMIT_NOFILE', command: () => `ulimit -n ${limit}` };
};
/**
 * RLIMIT_DATA counts private writable memory from Linux 4.7 on (getrlimit(2)). Not RLIMIT_AS: programs with a garbage
 * collector reserve far more addresses than they ever use, and node does not start under an RLIMIT_AS of 256 MB.
 */
const memory = ({ of, limit }, { platform }) => {
    if (platform !== 'linux')
        return { reason: `${platform} enforces no limit on memory` };
    if (of === 'flows')
        return { reason: 'without a control group memory is limited for each process, not for all' };
    const remark = 'for each process by itself, and of the memory that it asks for, used or not; past it allocation fails, nothing is killed';
    return { by: 'RLIMIT_DATA', remark, weaker: true, command: () => `ulimit -d ${Math.floor(limit / 1024)}` };
};
/** Whole processors, by affinity: the nearest to a share of CPU that there is without a quota. */
const cpu = ({ of, limit }, { platform, processors, taskset }) => {
    if (platform !== 'linux')
        return { reason: `${platform} can not bind processes to processors` };
    if (!taskset)
        return { reason: 'taskset (util-linux) is not installed' };
    const count = Math.ceil(limit);
    if (count >= processors.length) {
        const machine = `${processors.length} ${processors.length === 1 ? 'processor' : 'processors'}`;
        return { reason: `affinity takes away whole processors only, and there are no more than ${machine}` };
    }
    const command = (place) => {
        const first = of === 'flows' ? 0 : place * count;
        const chosen = Array.from({ length: count }, (_, index) => processors[(first + index) % processors.length]);
        return `taskset -pc ${chosen.join(',')} $$ >/dev/null`;
    };
    const bound = `bound to ${count} of ${processors.length} processors, which it may use wholly`;
    return { by: 'affinity', remark: bound, ...(count > limit ? { weaker: true } : {}), command };
};
/**
 * Not RLIMIT_NPROC: it counts every process and thread of the user, the runner's too, and does not hold for root. Set
 * to what a flow may have it would stop the first fork.
 */
const processes = () => ({
    reason: 'RLIMIT_NPROC counts all processes of the user, the runner included; it takes a control group (pids.max)',
});
const RULES = { memory, cpu, processes, files };
/** How a limit is enforced without a control group, or why it can not be. */
function rlimitRule(wish, world) {
    return RULES[wish.resource](wish, world);
}
/** `Cpus_allowed_list: 0-3,8` of /proc/self/status → 0, 1, 2, 3, 8. */
function allowedProcessors(status) {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
    return list.split(',').flatMap((part) => {
        const [first = NaN, last = first] = part.split('-').map(Number);
        return Number.isInteger(first) && Number.isInteger(last) && part !== ''
            ? Array.from({ length: last - first + 1 }, (_, index) => first + index)
            : [];
    });
}
/** The hard limit in /proc/self/limits; infinite if it says unlimited or is not there. */
function hardFileLimit(limits) {
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
    return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard);
}

// EXTERNAL MODULE: ./build/src/faults/limits-settings.js
var limits_settings = __webpack_require__(8141);
;// CONCATENATED MODULE: ./build/src/faults/limits-answer.js




/** The resources that a group would be needed for. */
function askedOfGroups(limits) {
    return limits_settings/* GROUP_RESOURCES */.EI.filter((resource) => limits.some((each) => each[resource] !== undefined));
}
/** Each limit by itself, subjects and resources in the order of the model. */
function wishesOf(limits) {
    return limits.flatMap((each) => model_limits/* LIMITED_RESOURCES */.tp.flatMap((resource) => {
        const limit = each[resource];
        return limit === undefined ? [] : [{ of: each.of, resource, limit }];
    }));
}
/** The file of a group that limits what is wished for; undefined if no group can here. */
function groupFile({ resource }, ability) {
    const known = limits_settings/* GROUP_RESOURCES */.EI.find((each) => each === resource);
    if (ability === undefined || known === undefined || !ability.resources.includes(known))
        return undefined;
    return limits_settings/* LIMIT_FILES */.ic[ability.version][known];
}
/** The subjects whose limits bind the processes of a place. */
function subjectsOf({ kind }) {
    return kind === 'flow' ? ['flows', 'flow'] : ['service'];
}
/** Each limit by a group where there is one that can, else by what a shell can do, else not at all. */
function answer(request, world, ability) {
    const noFlows = request.slots === 0;
    const decided = wishesOf(request.limits).map((wish) => decide(wish, { world, ability, noFlows }));
    const places = (0,limits_groups/* placesOf */.ek)(request).map(keyOf);
    return {
        enforced: decided.flatMap(({ wish, by, rule }) => {
            if (by !== undefined)
                return [{ ...wish, by, ...swapRemark(wish, ability) }];
            if (rule === undefined || 'reason' in rule)
                return [];
            const { by: means, remark, weaker } = rule;
            return [
                {
                    ...wish,
                    by: means,
                    ...(remark === undefined ? {} : { remark }),
                    ...(weaker === undefined ? {} : { weaker }),
                },
            ];
        }),
        unenforced: decided.flatMap(({ wish, rule }) => rule !== undefined && 'reason' in rule ? [{ ...wish, reason: rule.reason }] : []),
        commandsOf: (place) => {
            const mine = decided.filter(({ wish }) => subjectsOf(place).includes(wish.of));
            return strictest(mine).flatMap(({ rule }) => {
                const command = rule === undefined || 'reason' in rule ? undefined : rule.command(places.indexOf(keyOf(place)));
                return command === undefined ? [] : [command];
            });
        },
    };
}
function swapRemark({ resource }, ability) {
    if (resource !== 'memory' || ability?.swap !== false)
        return {};
    return { remark: 'swap is not limited here: what is swapped out does not count' };
}
function decide(wish, { world, ability, noFlows }) {
    if (noFlows && wish.of !== 'service') {
        return {
            wish,
            rule: { reason: 'HTTP flows have no process of their own; limit the service (of: service)' },
        };
    }
    const by = groupFile(wish, ability);
    return by === undefined ? { wish, rule: rlimitRule(wish, world) } : { wish, by };
}
/** What a shell has lowered it can not raise again: of two limits on one resource only the lower is set. */
function strictest(decisions) {
    return decisions.filter((each) => !decisions.some((other) => other.wish.resource === each.wish.resource && other.wish.limit < each.wish.limit));
}
/** Tells places apart. */
function keyOf(place) {
    return place.kind === 'flow' ? `flow ${place.slot}` : `service ${place.name}`;
}

// EXTERNAL MODULE: ./build/src/faults/limits-mounts.js
var limits_mounts = __webpack_require__(6706);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./build/src/faults/limits-shell.js
var limits_shell = __webpack_require__(952);
;// CONCATENATED MODULE: ./build/src/adapters/cgroup-door.js





const directDoor = {
    async apply(steps) {
        for (const step of steps)
            await applyDirectly(step);
    },
    async remove(folders) {
        for (const folder of folders) {
            try {
                await (0,promises_.rmdir)(folder);
            }
            catch (thrown) {
                if ((0,errors/* codeOf */.$N)(thrown) !== 'ENOENT')
                    throw thrown;
            }
        }
    },
    enter: limits_shell/* enterDirectly */.HC,
};
async function applyDirectly(step) {
    if ('make' in step) {
        await (0,promises_.mkdir)(step.make);
        return;
    }
    if (step.optional === true && !(0,external_node_fs_.existsSync)(step.file))
        return;
    try {
        await (0,promises_.writeFile)(step.file, step.value, { flag: 'r+' });
    }
    catch (thrown) {
        if (step.optional !== true) {
            throw new Error(`${step.value} > ${step.file}: ${(0,errors/* messageOf */.bD)(thrown)}`, { cause: thrown });
        }
    }
}
/**
 * As root, by sudo without a password, as hosted runners have it. Nothing is done with it but what the steps say: one
 * shell for all of them, which gets them on standard input, so that there may be many.
 */
const sudoDoor = {
    apply: (steps) => asRoot(steps.map(lineOf)),
    remove: (folders) => asRoot(folders.map((folder) => `[ ! -d ${quote(folder)} ] || rmdir ${quote(folder)}`)),
    enter: limits_shell/* enterThroughSudo */.$G,
};
function lineOf(step) {
    if ('make' in step)
        return `mkdir ${quote(step.make)}`;
    const write = `echo ${quote(step.value)} >${quote(step.file)}`;
    return step.optional === true ? `[ ! -e ${quote(step.file)} ] || (${write}) 2>/dev/null || :` : write;
}
function quote(text) {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}
function asRoot(lines) {
    return new Promise((resolve, reject) => {
        // Nothing of our environment, which has secrets in it, but where sudo is.
        const env = { PATH: process.env['PATH'] };
        const child = (0,external_node_child_process_.execFile)('sudo', ['-n', 'sh', '-e'], { env }, (error, _, stderr) => {
            if (error === null)
                resolve();
            else if (error.code === 'ENOENT')
                reject(new Error('sudo is not installed'));
            else
                reject(new Error((stderr.trim() || error.message).split('\n').join('; ')));
        });
        // A sudo that refuses does not read: its exit says so, not this.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(`${lines.join('\n')}\n`);
    });
}

// EXTERNAL MODULE: ./build/src/faults/limits-files.js
var limits_files = __webpack_require__(6913);
;// CONCATENATED MODULE: ./build/src/faults/limits-parent.js
/**
 * The group of cgroup v2 to make ours in: the nearest that hands on the most of the wanted controllers. Our own group
 * seldom does: one that hands on controllers may hold no processes ("no internal processes", cgroup-v2.rst), and it
 * holds us. A group beside ours is bound by the same ancestors; the way up therefore ends at a group with a limit,
 * which a group beside it would escape.
 */
function chooseParent(chain, wanted) {
    const end = chain.findIndex(({ limited }) => limited);
    const reachable = end < 0 ? chain : chain.slice(0, end + 1);
    const found = reachable.map(({ folder, handsOn }) => ({
        folder,
        controllers: wanted.filter((controller) => handsOn.includes(controller)),
    }));
    const most = Math.max(0, ...found.map(({ controllers }) => controllers.length));
    const best = found.find(({ controllers }) => controllers.length === most);
    if (best !== undefined && most > 0)
        return best;
    const limit = chain[end];
    const beyond = limit === undefined
        ? ''
        : `; ${limit.folder} has a limit of its own, which a group beside it would escape`;
    return {
        reason: `no group that we are in hands on ${wanted.join(', ')} (cgroup.subtree_control)${beyond}`,
    };
}

// EXTERNAL MODULE: ./build/src/adapters/cgroup-tree.js + 1 modules
var cgroup_tree = __webpack_require__(4397);
;// CONCATENATED MODULE: ./build/src/adapters/cgroup-places.js







/** From our own group up to the top of the mount. */
function chainOf({ own, mountPoint }) {
    const here = {
        folder: own,
        handsOn: ((0,cgroup_tree/* readText */.y)(`${own}/cgroup.subtree_control`) ?? '').trim().split(' '),
        limited: isLimited(own),
    };
    return own === mountPoint ? [here] : [here, ...chainOf({ own: (0,external_node_path_.dirname)(own), mountPoint })];
}
function isLimited(folder) {
    const memory = (0,limits_files/* singleNumber */.WQ)((0,cgroup_tree/* readText */.y)(`${folder}/memory.max`)) ?? Infinity;
    const cpu = (0,cgroup_tree/* readText */.y)(`${folder}/cpu.max`) ?? 'max';
    return memory !== Infinity || !cpu.startsWith('max');
}
/** Where our group of cgroup v2 goes. Throws with the reason if there is no such place. */
function v2Place({ v2 }, asked) {
    if (v2 === undefined)
        throw new Error('it is not mounted, or we are outside of what is');
    const choice = chooseParent(chainOf(v2), asked.map((resource) => limits_settings/* V2_CONTROLLERS */.dz[resource]));
    if ('reason' in choice)
        throw new Error(choice.reason);
    const { folder: parent, controllers } = choice;
    const resources = asked.filter((resource) => controllers.includes(limits_settings/* V2_CONTROLLERS */.dz[resource]));
    return [{ version: 'v2', parent, resources, controllers }];
}
/**
 * Below our own group in each hierarchy of v1: what binds us binds the flows too. Controllers that are mounted together
 * are one hierarchy. Throws with the reason if nothing that was asked for can be limited.
 */
function v1Places({ v1 }, asked) {
    const ownOf = (resource) => v1[limits_settings/* V1_CONTROLLER_OF */.fc[resource]]?.own;
    // A kernel may be built without quotas of CPU.
    const able = limits_settings/* GROUP_RESOURCES */.EI.filter((resource) => resource !== 'cpu' || (0,external_node_fs_.existsSync)(`${ownOf(resource) ?? ''}/${limits_settings/* LIMIT_FILES */.ic.v1.cpu}`));
    const limitable = asked.filter((resource) => able.includes(resource) && ownOf(resource) !== undefined);
    if (limitable.length === 0) {
        throw new Error(`none of ${asked.map((each) => limits_settings/* V1_CONTROLLER_OF */.fc[each]).join(', ')} is mounted for us`);
    }
    const parents = new Set(limits_mounts/* V1_CONTROLLERS */.q.flatMap((controller) => v1[controller]?.own ?? []));
    return [...parents].map((parent) => ({
        version: 'v1',
        parent,
        resources: able.filter((resource) => ownOf(resource) === parent),
        controllers: [],
    }));
}

// EXTERNAL MODULE: ./build/src/adapters/stale-cgroups.js
var stale_cgroups = __webpack_require__(4823);
;// CONCATENATED MODULE: ./build/src/adapters/cgroup-session.js







/** Makes the groups of a scenario, and tidies up after runs that could not. Rejects, with nothing left behind, if one can not be made or its limit not be set. */
async function openCgroups(way, needs) {
    const { request, world, passedOver } = needs;
    await (0,stale_cgroups/* removeStaleGroups */.M)(way.door, way.hierarchies.map(({ parent }) => parent));
    const tree = new cgroup_tree/* CgroupTree */.n(way.door, way.hierarchies);
    const groups = (0,limits_groups/* groupsOf */.c1)(request);
    await tree.make(groups);
    const counters = countersOf(tree, way.version, groups.map(({ path }) => path));
    const given = answer(request, world, abilityOf(way, tree, request.limits));
    const known = new Set((0,limits_groups/* placesOf */.ek)(request).map(keyOf));
    const { enforced, unenforced } = given;
    return {
        inForce: { strategy: way.strategy, enforced, unenforced, passedOver },
        enclosure: (place) => {
            if (!known.has(keyOf(place)))
                throw new RangeError(`no limits were opened for ${keyOf(place)}`);
            return enclosureOf([...tree.enter((0,limits_groups/* pathOf */.XM)(place)), ...given.commandsOf(place)], () => counters.of(place));
        },
        counters: counters.ofAll,
        close: () => tree.remove(),
    };
}
/** A way in by these commands of a shell. */
function enclosureOf(commands, counters) {
    const prelude = (0,limits_shell/* preludeOf */.VL)(commands);
    return { prelude, wrap: (argv) => (0,limits_shell/* wrapped */.ky)(prelude, argv), counters };
}
function abilityOf({ version, hierarchies }, tree, limits) {
    const able = new Set(hierarchies.flatMap(({ resources }) => resources));
    const swap = tree.reader('')(limits_settings/* SWAP_FILES */.St[version]) !== undefined;
    return { version, resources: askedOfGroups(limits).filter((resource) => able.has(resource)), swap };
}
/**
 * Counters of a place and of everything. In v1 events are counted in the group of the process alone, in v2 in those
 * above it as well; memory and CPU are hierarchical in both.
 */
function countersOf(tree, version, paths) {
    const read = version === 'v1' ? limits_files/* countersV1 */.b$ : limits_files/* countersV2 */.Ut;
    const own = (path) => read(tree.reader(path));
    return {
        of: (place) => {
            const shared = (0,limits_groups/* sharedPathOf */.k0)(place);
            return {
                ...own((0,limits_groups/* pathOf */.XM)(place)),
                sharedMemoryLimitHits: shared === undefined ? 0 : own(shared).memoryLimitHits,
            };
        },
        ofAll: () => {
            const whole = { ...own(''), sharedMemoryLimitHits: 0 };
            if (version === 'v2')
                return whole;
            const all = paths.map(own);
            const sum = (key) => all.reduce((total, each) => total + each[key], 0);
            return {
                ...whole,
                outOfMemoryKills: sum('outOfMemoryKills'),
                memoryLimitHits: sum('memoryLimitHits'),
                refusedForks: sum('refusedForks'),
            };
        },
    };
}

;// CONCATENATED MODULE: ./build/src/adapters/prlimit-session.js



/** Limits that a shell sets on itself and that what it starts inherits: nothing is made, and nothing to remove. */
function openRlimits({ request, world, passedOver }) {
    const given = answer(request, world, undefined);
    const { enforced, unenforced } = given;
    const known = new Set((0,limits_groups/* placesOf */.ek)(request).map(keyOf));
    return {
        inForce: { strategy: enforced.length > 0 ? 'prlimit' : 'none', enforced, unenforced, passedOver },
        enclosure: (place) => {
            if (!known.has(keyOf(place)))
                throw new RangeError(`no limits were opened for ${keyOf(place)}`);
            return enclosureOf(given.commandsOf(place), () => undefined);
        },
        counters: () => undefined,
        close: () => Promise.resolve([]),
    };
}

;// CONCATENATED MODULE: ./build/src/adapters/cgroup-or-prlimit.js











/** Best first. */
const WAYS = [
    { strategy: 'cgroup v2', version: 'v2', door: directDoor, places: v2Place },
    { strategy: 'cgroup v2 through sudo', version: 'v2', door: sudoDoor, places: v2Place },
    { strategy: 'cgroup v1', version: 'v1', door: directDoor, places: v1Places },
];
/** Control groups where they can be made, else the limits that every process can set on itself. */
const nodeResourceLimits = {
    open: (request) => openBest(request, WAYS),
};
/** Only what every process can set on itself, for what must not depend on control groups. */
const prlimitOnly = {
    open: (request) => openBest(request, []),
};
async function openBest(request, ways) {
    const world = rlimitWorld();
    const asked = askedOfGroups(request.limits);
    const passedOver = [];
    for (const { places, ...way } of asked.length > 0 && world.platform === 'linux' ? ways : []) {
        try {
            const hierarchies = places(ownLayout(), asked);
            return await openCgroups({ ...way, hierarchies }, { request, world, passedOver });
        }
        catch (thrown) {
            passedOver.push(`${way.strategy}: ${(0,errors/* messageOf */.bD)(thrown)}`);
        }
    }
    return openRlimits({ request, world, passedOver });
}
function ownLayout() {
    return (0,limits_mounts/* cgroupLayout */.d)((0,cgroup_tree/* readText */.y)('/proc/self/mountinfo') ?? '', (0,cgroup_tree/* readText */.y)('/proc/self/cgroup') ?? '');
}
function rlimitWorld() {
    return {
        platform: process.platform,
        processors: allowedProcessors((0,cgroup_tree/* readText */.y)('/proc/self/status') ?? ''),
        taskset: (process.env['PATH'] ?? '')
            .split(external_node_path_.delimiter)
            .some((folder) => (0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'taskset'))),
        hardFiles: hardFileLimit((0,cgroup_tree/* readText */.y)('/proc/self/limits') ?? ''),
    };
}


/***/ })

};
