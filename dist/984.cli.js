export const id = 984;
export const ids = [984];
export const modules = {

/***/ 6984:
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

;// CONCATENATED MODULE: ./build/src/faults/limits-settings.js
/** µs: the kernel's default period of CPU quotas; a group that has used its quota waits for the next period. */
const PERIOD = 100_000;
/** What limits each resource, by the kernel's name. Files are limited for each process, never for a group. */
const LIMIT_FILES = {
    v2: { memory: 'memory.max', cpu: 'cpu.max', processes: 'pids.max' },
    v1: { memory: 'memory.limit_in_bytes', cpu: 'cpu.cfs_quota_us', processes: 'pids.max' },
};
/**
 * What keeps a group from swapping. In v1 not a limit on memory and swap together: where that is reached first, as
 * it is if both are the same, memory.failcnt stays 0 (seen on Linux 6.18). Groups inherit it when they are made.
 */
const SWAP_FILES = { v2: 'memory.swap.max', v1: 'memory.swappiness' };
/** The resources that a control group can limit. */
const GROUP_RESOURCES = ['memory', 'cpu', 'processes'];
const V2_CONTROLLERS = {
    memory: 'memory',
    cpu: 'cpu',
    processes: 'pids',
};
/** v1 has a hierarchy for each controller. */
const V1_CONTROLLER_OF = {
    memory: 'memory',
    cpu: 'cpu',
    processes: 'pids',
};
/** Without swap: what is swapped out would not be counted, and the limit never reached. */
const SETTINGS_V2 = {
    memory: (bytes) => [
        { file: LIMIT_FILES.v2.memory, value: String(Math.floor(bytes)) },
        { file: SWAP_FILES.v2, value: '0', optional: true },
    ],
    cpu: (cores) => [{ file: LIMIT_FILES.v2.cpu, value: `${quotaOf(cores)} ${PERIOD}` }],
    processes: (count) => [{ file: LIMIT_FILES.v2.processes, value: String(count) }],
};
const SETTINGS_V1 = {
    memory: (bytes) => [
        { file: LIMIT_FILES.v1.memory, value: String(Math.floor(bytes)) },
        { file: SWAP_FILES.v1, value: '0', optional: true },
    ],
    cpu: (cores) => [
        { file: 'cpu.cfs_period_us', value: String(PERIOD) },
        { file: LIMIT_FILES.v1.cpu, value: String(quotaOf(cores)) },
    ],
    processes: (count) => [{ file: LIMIT_FILES.v1.processes, value: String(count) }],
};
/** µs of CPU a period. */
function quotaOf(cores) {
    return Math.round(cores * PERIOD);
}
/** What limits one resource of a group, in the order in which it is to be written. */
function settingsFor(version, resource, limits) {
    const limit = limits[resource];
    if (limit === undefined)
        return [];
    return (version === 'v2' ? SETTINGS_V2 : SETTINGS_V1)[resource](limit);
}

;// CONCATENATED MODULE: ./build/src/faults/limits-answer.js




/** The resources that a group would be needed for. */
function askedOfGroups(limits) {
    return GROUP_RESOURCES.filter((resource) => limits.some((each) => each[resource] !== undefined));
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
    const known = GROUP_RESOURCES.find((each) => each === resource);
    if (ability === undefined || known === undefined || !ability.resources.includes(known))
        return undefined;
    return LIMIT_FILES[ability.version][known];
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

;// CONCATENATED MODULE: ./build/src/faults/limits-mounts.js
/** The controllers of cgroup v1 that limit or count something here. */
const V1_CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids'];
/** Spaces and the like are written as octal escapes (proc_pid_mountinfo(5)). */
function unescaped(field) {
    return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}
/** `31 23 0:28 ROOT MOUNTPOINT rw,relatime shared:1 - TYPE SOURCE OPTIONS` */
function mountOf(line) {
    const [before, after] = line.split(' - ');
    const [, , , root, mountPoint] = before?.split(' ') ?? [];
    const [type, , options] = after?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined || type === undefined)
        return undefined;
    return {
        root: unescaped(root),
        mountPoint: unescaped(mountPoint),
        type,
        options: options?.trim().split(',') ?? [],
    };
}
/** Controllers (none for v2) → path of the group in its hierarchy: `4:memory:/a`, `0::/a` (cgroups(7)). */
function ownPaths(cgroup) {
    return cgroup.split('\n').flatMap((line) => {
        const [, id, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
        if (id === undefined || path === undefined)
            return [];
        return [{ controllers: controllers === '' ? [] : controllers.split(','), path }];
    });
}
/**
 * A mount may show only a part of its hierarchy, from `root` down. A group outside that part can not be reached: then
 * there is no such mount for us.
 */
function place(mount, path) {
    const inside = mount.root === '/' ? path : path.slice(mount.root.length);
    const reachable = mount.root === '/' || path === mount.root || path.startsWith(`${mount.root}/`);
    if (!reachable || path.startsWith('/..'))
        return undefined;
    return { mountPoint: mount.mountPoint, own: mount.mountPoint + (inside === '/' ? '' : inside) };
}
/** Reads /proc/self/mountinfo and /proc/self/cgroup. */
function cgroupLayout(mountinfo, cgroup) {
    const mounts = mountinfo.split('\n').flatMap((line) => mountOf(line) ?? []);
    const paths = ownPaths(cgroup);
    const v2Path = paths.find(({ controllers }) => controllers.length === 0)?.path;
    const v2Mount = mounts.find(({ type }) => type === 'cgroup2');
    const v2 = v2Path === undefined || v2Mount === undefined ? undefined : place(v2Mount, v2Path);
    const v1 = V1_CONTROLLERS.flatMap((controller) => {
        const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
        const path = paths.find(({ controllers }) => controllers.includes(controller))?.path;
        const found = mount === undefined || path === undefined ? undefined : place(mount, path);
        return found === undefined ? [] : [[controller, found]];
    });
    return { ...(v2 === undefined ? {} : { v2 }), v1: Object.fromEntries(v1) };
}

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

;// CONCATENATED MODULE: ./build/src/faults/limits-files.js
/*
 * The files of a control group: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel. A file that is
 * not there reads as undefined; no counter is made up for it.
 */
/** The number of a file that holds one; `max` is infinite. */
function singleNumber(text) {
    const trimmed = text?.trim() ?? '';
    if (trimmed === 'max')
        return Infinity;
    return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}
/** The number behind a key in a file with `key number` a line. */
function keyedNumber(text, key) {
    const line = text?.split('\n').find((each) => each.startsWith(`${key} `));
    return singleNumber(line?.slice(key.length + 1));
}
function leaveOut(key, value) {
    return value === undefined ? {} : { [key]: value };
}
/** Divides what may be unknown. */
function over(value, divisor) {
    return value === undefined ? undefined : value / divisor;
}
/** memory.peak is there from Linux 5.19 on. */
function countersV2(read) {
    const events = read('memory.events');
    const cpu = read('cpu.stat');
    return {
        ...leaveOut('peakMemory', singleNumber(read('memory.peak'))),
        ...leaveOut('cpuTime', over(keyedNumber(cpu, 'usage_usec'), 1e3)),
        ...leaveOut('throttledTime', over(keyedNumber(cpu, 'throttled_usec'), 1e3)),
        outOfMemoryKills: keyedNumber(events, 'oom_kill') ?? 0,
        // Not `max`, which counts what could be reclaimed as well.
        memoryLimitHits: keyedNumber(events, 'oom') ?? 0,
        refusedForks: keyedNumber(read('pids.events'), 'max') ?? 0,
    };
}
/** Nanoseconds here. memory.failcnt counts what could be reclaimed as well. */
function countersV1(read) {
    return {
        ...leaveOut('peakMemory', singleNumber(read('memory.max_usage_in_bytes'))),
        ...leaveOut('cpuTime', over(singleNumber(read('cpuacct.usage')), 1e6)),
        ...leaveOut('throttledTime', over(keyedNumber(read('cpu.stat'), 'throttled_time'), 1e6)),
        outOfMemoryKills: keyedNumber(read('memory.oom_control'), 'oom_kill') ?? 0,
        memoryLimitHits: singleNumber(read('memory.failcnt')) ?? 0,
        refusedForks: keyedNumber(read('pids.events'), 'max') ?? 0,
    };
}

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

// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./build/src/adapters/process-tree.js
var process_tree = __webpack_require__(624);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./build/src/adapters/stale-cgroups.js




const NAME = /^flowgate-(\d+)-(\d+)-[0-9a-f]{8}$/;
/** For a group of ours: says who has made it, and in which pid namespace that is a process. */
function ownGroupName() {
    return `flowgate-${process.pid}-${pidNamespace() ?? 0}-${(0,external_node_crypto_.randomUUID)().slice(0, 8)}`;
}
/**
 * Removes what a flowgate that was ended at once (a third SIGINT, SIGKILL) has left in these folders: groups by the
 * name that ours have, whose maker is gone and in which nobody is. Others are let be; what can not be removed stays.
 */
async function removeStaleGroups(door, parents) {
    for (const parent of parents) {
        for (const name of entriesOf(parent).filter(isAbandoned)) {
            const folders = emptyFolders((0,external_node_path_.join)(parent, name));
            // Somebody else may be at it as well, and a process may still enter: the kernel then refuses.
            if (folders !== undefined)
                await door.remove(folders).catch(() => undefined);
        }
    }
}
/** A pid of another namespace, a container beside ours, is somebody else here or nobody: nothing can be said of it. */
function isAbandoned(name) {
    const [, pid, namespace] = NAME.exec(name) ?? [];
    return pid !== undefined && namespace === pidNamespace() && isGone(Number(pid));
}
/** Of another user it is refused (EPERM), and so lives. */
function isGone(pid) {
    try {
        process.kill(pid, 0);
        return false;
    }
    catch (thrown) {
        return (0,errors/* codeOf */.$N)(thrown) === 'ESRCH';
    }
}
/** The inode of the pid namespace that we are in; undefined without /proc. */
function pidNamespace() {
    try {
        return /\d+/.exec((0,external_node_fs_.readlinkSync)('/proc/self/ns/pid'))?.[0];
    }
    catch {
        return undefined;
    }
}
/** A group and those in it, deepest first; undefined if somebody is in one of them, or if that can not be seen. */
function emptyFolders(group) {
    try {
        if ((0,external_node_fs_.readFileSync)((0,external_node_path_.join)(group, 'cgroup.procs'), 'utf8') !== '')
            return undefined;
        const inside = foldersIn(group).map((name) => emptyFolders((0,external_node_path_.join)(group, name)));
        const empty = inside.filter((folders) => folders !== undefined);
        return empty.length === inside.length ? [...empty.flat(), group] : undefined;
    }
    catch {
        return undefined;
    }
}
function entriesOf(folder) {
    try {
        return foldersIn(folder);
    }
    catch {
        return [];
    }
}
function foldersIn(folder) {
    const entries = (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

;// CONCATENATED MODULE: ./build/src/adapters/cgroup-tree.js







/** ms between two tries to remove a group whose processes are still ending, and for all of them. */
const RETRY = 20;
const PATIENCE = 5000;
/** Text of a file of a group; undefined if it is not there, or not to be read. */
function readText(path) {
    try {
        return (0,external_node_fs_.readFileSync)(path, 'utf8');
    }
    catch {
        return undefined;
    }
}
/** The groups of one run, the same in every hierarchy. */
class CgroupTree {
    #door;
    #roots;
    constructor(door, hierarchies) {
        const name = ownGroupName();
        this.#door = door;
        this.#roots = hierarchies.map((each) => ({ ...each, root: (0,external_node_path_.join)(each.parent, name) }));
    }
    /** Makes all groups and sets their limits. Rejects if one can not be; what was made is then removed. */
    async make(groups) {
        try {
            for (const root of this.#roots)
                await this.#door.apply(stepsFor(root, groups));
        }
        catch (thrown) {
            await this.remove();
            throw thrown;
        }
    }
    /** Commands of a shell that enter a group, given by its path below ours. */
    enter(path) {
        return this.#door.enter(this.#roots.map(({ root }) => (0,external_node_path_.join)(root, path, 'cgroup.procs')));
    }
    /** Reads files of a group by name, whichever hierarchy has them. */
    reader(path) {
        return (name) => {
            for (const { root } of this.#roots) {
                const text = readText((0,external_node_path_.join)(root, path, name));
                if (text !== undefined)
                    return text;
            }
            return undefined;
        };
    }
    /** Kills whoever is in the groups and removes them; resolves to what could not be removed. */
    async remove() {
        const deadline = Date.now() + PATIENCE;
        let left = await this.#removeOnce();
        while (left.length > 0 && Date.now() < deadline) {
            await (0,external_node_timers_promises_.setTimeout)(RETRY);
            left = await this.#removeOnce();
        }
        return left;
    }
    async #removeOnce() {
        const left = [];
        for (const { root } of this.#roots) {
            try {
                const folders = foldersBelow(root);
                await this.#endProcesses(root, folders);
                await this.#door.remove(folders);
            }
            catch (thrown) {
                left.push(`the control group ${root} could not be removed: ${(0,errors/* messageOf */.bD)(thrown)}`);
            }
        }
        return left;
    }
    /** cgroup.kill (Linux 5.14) reaches all at once; without it nobody may fork any more, and all are killed singly. */
    async #endProcesses(root, folders) {
        if (folders.every((folder) => pidsIn(folder).length === 0))
            return;
        const whole = (0,external_node_path_.join)(root, 'cgroup.kill');
        const files = folders.map((folder) => ({ file: (0,external_node_path_.join)(folder, 'pids.max'), value: '0', optional: true }));
        await this.#door.apply((0,external_node_fs_.existsSync)(whole) ? [{ file: whole, value: '1' }] : files);
        (0,process_tree/* killPids */.t)(folders.flatMap(pidsIn));
    }
}
function stepsFor(root, groups) {
    const handOn = (folder) => root.version === 'v1' || root.controllers.length === 0
        ? []
        : [
            {
                file: (0,external_node_path_.join)(folder, 'cgroup.subtree_control'),
                value: root.controllers.map((name) => `+${name}`).join(' '),
            },
        ];
    const ofGroup = ({ path, limits, leaf }) => {
        const folder = (0,external_node_path_.join)(root.root, path);
        const settings = root.resources.flatMap((resource) => settingsFor(root.version, resource, limits));
        return [
            { make: folder },
            ...settings.map((setting) => ({ ...setting, file: (0,external_node_path_.join)(folder, setting.file) })),
            ...(leaf ? [] : handOn(folder)),
        ];
    };
    return [{ make: root.root }, ...handOn(root.root), ...groups.flatMap(ofGroup)];
}
/** Deepest first, itself last: flows may have made groups of their own. Empty if it is gone. */
function foldersBelow(root) {
    try {
        const inside = (0,external_node_fs_.readdirSync)(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
        return [...inside.flatMap(({ name }) => foldersBelow((0,external_node_path_.join)(root, name))), root];
    }
    catch (thrown) {
        if ((0,errors/* codeOf */.$N)(thrown) === 'ENOENT')
            return [];
        throw thrown;
    }
}
/** A process of another pid namespace is read as 0, which for kill would mean ourselves. */
function pidsIn(folder) {
    const lines = (readText((0,external_node_path_.join)(folder, 'cgroup.procs')) ?? '').split('\n');
    return lines.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
}

;// CONCATENATED MODULE: ./build/src/adapters/cgroup-places.js







/** From our own group up to the top of the mount. */
function chainOf({ own, mountPoint }) {
    const here = {
        folder: own,
        handsOn: (readText(`${own}/cgroup.subtree_control`) ?? '').trim().split(' '),
        limited: isLimited(own),
    };
    return own === mountPoint ? [here] : [here, ...chainOf({ own: (0,external_node_path_.dirname)(own), mountPoint })];
}
function isLimited(folder) {
    const memory = singleNumber(readText(`${folder}/memory.max`)) ?? Infinity;
    const cpu = readText(`${folder}/cpu.max`) ?? 'max';
    return memory !== Infinity || !cpu.startsWith('max');
}
/** Where our group of cgroup v2 goes. Throws with the reason if there is no such place. */
function v2Place({ v2 }, asked) {
    if (v2 === undefined)
        throw new Error('it is not mounted, or we are outside of what is');
    const choice = chooseParent(chainOf(v2), asked.map((resource) => V2_CONTROLLERS[resource]));
    if ('reason' in choice)
        throw new Error(choice.reason);
    const { folder: parent, controllers } = choice;
    const resources = asked.filter((resource) => controllers.includes(V2_CONTROLLERS[resource]));
    return [{ version: 'v2', parent, resources, controllers }];
}
/**
 * Below our own group in each hierarchy of v1: what binds us binds the flows too. Controllers that are mounted together
 * are one hierarchy. Throws with the reason if nothing that was asked for can be limited.
 */
function v1Places({ v1 }, asked) {
    const ownOf = (resource) => v1[V1_CONTROLLER_OF[resource]]?.own;
    // A kernel may be built without quotas of CPU.
    const able = GROUP_RESOURCES.filter((resource) => resource !== 'cpu' || (0,external_node_fs_.existsSync)(`${ownOf(resource) ?? ''}/${LIMIT_FILES.v1.cpu}`));
    const limitable = asked.filter((resource) => able.includes(resource) && ownOf(resource) !== undefined);
    if (limitable.length === 0) {
        throw new Error(`none of ${asked.map((each) => V1_CONTROLLER_OF[each]).join(', ')} is mounted for us`);
    }
    const parents = new Set(V1_CONTROLLERS.flatMap((controller) => v1[controller]?.own ?? []));
    return [...parents].map((parent) => ({
        version: 'v1',
        parent,
        resources: able.filter((resource) => ownOf(resource) === parent),
        controllers: [],
    }));
}

;// CONCATENATED MODULE: ./build/src/adapters/cgroup-session.js







/** Makes the groups of a scenario, and tidies up after runs that could not. Rejects, with nothing left behind, if one can not be made or its limit not be set. */
async function openCgroups(way, needs) {
    const { request, world, passedOver } = needs;
    await removeStaleGroups(way.door, way.hierarchies.map(({ parent }) => parent));
    const tree = new CgroupTree(way.door, way.hierarchies);
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
    const swap = tree.reader('')(SWAP_FILES[version]) !== undefined;
    return { version, resources: askedOfGroups(limits).filter((resource) => able.has(resource)), swap };
}
/**
 * Counters of a place and of everything. In v1 events are counted in the group of the process alone, in v2 in those
 * above it as well; memory and CPU are hierarchical in both.
 */
function countersOf(tree, version, paths) {
    const read = version === 'v1' ? countersV1 : countersV2;
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
    return cgroupLayout(readText('/proc/self/mountinfo') ?? '', readText('/proc/self/cgroup') ?? '');
}
function rlimitWorld() {
    return {
        platform: process.platform,
        processors: allowedProcessors(readText('/proc/self/status') ?? ''),
        taskset: (process.env['PATH'] ?? '')
            .split(external_node_path_.delimiter)
            .some((folder) => (0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'taskset'))),
        hardFiles: hardFileLimit(readText('/proc/self/limits') ?? ''),
    };
}


/***/ })

};
