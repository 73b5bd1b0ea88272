// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo machine`: what this machine, or another one, is made of, and where workers would go on it.

#include "rondo/files.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine_check.h"
#include "measure.h"
#include "model_args.h"
#include "options.h"
#include "tool.h"

enum { TEXT_COLUMNS = 96, SIZE_TEXT_BYTES = 32 };

struct machine_args {
  struct rondo_machine_options machine;
  struct rondo_placement_options placement;
  const char *unit;           // --workers
  const char *output;         // --output
  const char *file;           // --file
  const char *trace;          // --from-trace
  struct tool_strings sets;   // --set
  bool wants_hwloc;
  bool wants_json;
  bool checks;                // --check
  bool is_strict;             // --strict
};

// Small texts ------------------------------------------------------------------------------------------

static const char *plural(int count) { return count == 1 ? "" : "s"; }

// "512 KiB", "1280 KiB", "32 MiB", "15.4 GiB": exact up to 16 MiB, where caches are.
static void format_size(uint64_t bytes, char buffer[SIZE_TEXT_BYTES]) {
  static const char units[] = "KMGT";
  int unit = 0;
  double value = (double)bytes / 1024;
  if (bytes < 1024) {
    snprintf(buffer, SIZE_TEXT_BYTES, "%d B", (int)bytes);
    return;
  }
  while (value >= 1024 && unit < 3 && (unit > 0 || bytes % (1 << 20) == 0 || bytes >= 16 << 20)) {
    value /= 1024;
    ++unit;
  }
  snprintf(buffer, SIZE_TEXT_BYTES, value == (double)(int64_t)value ? "%.0f %ciB" : "%.1f %ciB", value, units[unit]);
}

static const char *cache_name(int level) {
  static const char *const names[] = {"L1d", "L2", "L3"};
  return names[level - 1];
}

// "L2 512 KiB", or "L2" when the size is not known.
static void print_cache(const struct rondo_machine_cache *cache) {
  char size[SIZE_TEXT_BYTES];
  format_size(cache->size_bytes, size);
  printf("%s%s%s", cache_name(cache->level), cache->size_bytes != 0 ? " " : "", cache->size_bytes != 0 ? size : "");
}

// Looking up -------------------------------------------------------------------------------------------
// Indices come from the machine itself, so these cannot fail.

static struct rondo_machine_cpu cpu_at(const struct rondo_machine *machine, int index) {
  struct rondo_machine_cpu cpu;
  rondo_machine_cpu(machine, index, &cpu);
  return cpu;
}

static struct rondo_machine_cache cache_at(const struct rondo_machine *machine, int index) {
  struct rondo_machine_cache cache;
  rondo_machine_cache(machine, index, &cache);
  return cache;
}

static struct rondo_machine_cluster cluster_at(const struct rondo_machine *machine, int index) {
  struct rondo_machine_cluster cluster;
  rondo_machine_cluster(machine, index, &cluster);
  return cluster;
}

static int cache_of(const struct rondo_machine_cpu *cpu, int level) {
  return level == 1 ? cpu->l1d : level == 2 ? cpu->l2 : cpu->l3;
}

// Whose CPUs a cache has: of one core, of part of a cluster, of a cluster, of several.
enum reach { REACH_CORE, REACH_PART, REACH_CLUSTER, REACH_BEYOND };

static enum reach find_reach(const struct rondo_machine *machine, int cpu_count, int cache_index) {
  struct rondo_machine_cache cache = cache_at(machine, cache_index);
  int cluster = -1;
  if (cache.core_count == 1) return REACH_CORE;
  for (int i = 0; i < cpu_count; ++i) {
    struct rondo_machine_cpu cpu = cpu_at(machine, i);
    if (cache_of(&cpu, cache.level) != cache_index) continue;
    if (cluster >= 0 && cpu.cluster != cluster) return REACH_BEYOND;
    cluster = cpu.cluster;
  }
  return strcmp(cluster_at(machine, cluster).cpus, cache.cpus) == 0 ? REACH_CLUSTER : REACH_PART;
}

// Text -------------------------------------------------------------------------------------------------

// Prints a word, on a new line when this one is full.
static void print_word(int *column, int indent, const char *format, ...) TOOL_PRINTF(3, 4);
static void print_word(int *column, int indent, const char *format, ...) {
  char word[256];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(word, sizeof word, format, args);
  va_end(args);
  if (*column > indent && *column + 1 + length > TEXT_COLUMNS) {
    printf("\n%*s", indent, "");
    *column = indent;
  } else if (*column > indent) {
    putchar(' ');
    ++*column;
  }
  fputs(word, stdout);
  *column += length;
}

// The caches that each core of a cluster has for itself, or, where they differ, the smallest and largest.
static void print_core_caches(const struct rondo_machine *machine, const struct rondo_machine_info *info, int cluster) {
  const char *before = "; each ";
  for (int level = 1; level <= 3; ++level) {
    struct rondo_machine_cache smallest = {0}, largest = {0};
    for (int i = 0; i < info->cpu_count; ++i) {
      struct rondo_machine_cpu cpu = cpu_at(machine, i);
      int index = cache_of(&cpu, level);
      if (cpu.cluster != cluster || index < 0 || find_reach(machine, info->cpu_count, index) != REACH_CORE) continue;
      struct rondo_machine_cache cache = cache_at(machine, index);
      if (smallest.level == 0 || cache.size_bytes < smallest.size_bytes) smallest = cache;
      if (largest.level == 0 || cache.size_bytes > largest.size_bytes) largest = cache;
    }
    if (smallest.level == 0) continue;
    fputs(before, stdout);
    print_cache(&smallest);
    char size[SIZE_TEXT_BYTES];
    format_size(largest.size_bytes, size);
    if (largest.size_bytes != smallest.size_bytes) printf(" to %s", size);
    before = ", ";
  }
}

// "0-3", with SMT "0+64 1+65": the kernel's numbers, the CPUs of a core joined by a plus sign.
static void print_cores(const struct rondo_machine *machine, const struct rondo_machine_info *info, int cluster, bool has_smt) {
  const int indent = 6;
  int column = indent + 6;
  printf("%*scores ", indent, "");
  if (!has_smt) printf("%s", cluster_at(machine, cluster).cpus);
  for (int i = 0; i < info->core_count && has_smt; ++i) {
    struct rondo_machine_core core;
    rondo_machine_core(machine, i, &core);
    if (core.cluster != cluster) continue;
    char text[128] = "";
    size_t length = 0;
    for (int k = 0; k < info->cpu_count; ++k) {
      struct rondo_machine_cpu cpu = cpu_at(machine, k);
      if (cpu.core != i || length >= sizeof text) continue;
      length += (size_t)snprintf(text + length, sizeof text - length, "%s%d", length > 0 ? "+" : "", cpu.number);
    }
    print_word(&column, indent + 6, "%s", text);
  }
  print_core_caches(machine, info, cluster);
  putchar('\n');
}

static void print_cluster(const struct rondo_machine *machine, const struct rondo_machine_info *info, int index) {
  struct rondo_machine_cluster cluster = cluster_at(machine, index);
  int64_t frequency_khz = 0;
  int cpu_count = 0;
  for (int i = 0; i < info->cpu_count; ++i) {
    struct rondo_machine_cpu cpu = cpu_at(machine, i);
    if (cpu.cluster != index) continue;
    ++cpu_count;
    if (cpu.frequency_khz_max > frequency_khz) frequency_khz = cpu.frequency_khz_max;
  }
  printf("    cluster %d: %d core%s", index, cluster.core_count, plural(cluster.core_count));
  if (cpu_count != cluster.core_count) printf(", %d CPU%s", cpu_count, plural(cpu_count));
  printf(", capacity %d", cluster.capacity);
  if (frequency_khz != 0) printf(", %.2f GHz", (double)frequency_khz / 1e6);
  for (int i = 0; i < info->cache_count; ++i) {
    struct rondo_machine_cache cache = cache_at(machine, i);
    enum reach reach = find_reach(machine, info->cpu_count, i);
    if (reach == REACH_CLUSTER && strcmp(cache.cpus, cluster.cpus) == 0) {
      printf(", ");
      print_cache(&cache);
    }
  }
  putchar('\n');
  print_cores(machine, info, index, cpu_count != cluster.core_count);
}

// Caches of several cores that are not a cluster's: the sets they make are the news.
static void print_odd_caches(const struct rondo_machine *machine, const struct rondo_machine_info *info, const struct rondo_machine_package *package) {
  for (int i = 0; i < info->cache_count; ++i) {
    enum reach reach = find_reach(machine, info->cpu_count, i);
    if (reach != REACH_PART && reach != REACH_BEYOND) continue;
    struct rondo_machine_cache cache = cache_at(machine, i);
    bool is_here = false;
    for (int k = 0; k < info->cpu_count && !is_here; ++k) {
      struct rondo_machine_cpu cpu = cpu_at(machine, k);
      struct rondo_machine_package other;
      if (cache_of(&cpu, cache.level) != i) continue;
      rondo_machine_package(machine, cpu.package, &other);
      is_here = other.number == package->number;
      break;
    }
    if (!is_here) continue;
    printf("  ");
    print_cache(&cache);
    printf(" shared by CPUs %s\n", cache.cpus);
  }
}

static void print_node_line(const struct rondo_machine_node *node, const char *indent) {
  char size[SIZE_TEXT_BYTES];
  format_size(node->memory_bytes, size);
  printf("%snode %d: %s, %s%s\n", indent, node->number, node->memory_bytes != 0 ? size : "memory not known",
         node->cpus[0] != '\0' ? "CPUs " : "no CPUs", node->cpus);
}

// The part of a package on one node; nothing when there is none.
static void print_package_node(const struct rondo_machine *machine, const struct rondo_machine_info *info, int package, int node_index) {
  bool is_first = true;
  for (int i = 0; i < info->cluster_count; ++i) {
    struct rondo_machine_cluster cluster = cluster_at(machine, i);
    if (cluster.package != package || cluster.node != node_index) continue;
    struct rondo_machine_node node;
    rondo_machine_node(machine, node_index, &node);
    if (is_first) print_node_line(&node, "  ");
    is_first = false;
    print_cluster(machine, info, i);
  }
}

// Where capacities come from, if it is not the obvious place.
static void print_capacity_note(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  int lowest = 1024;
  for (int i = 0; i < info->cluster_count; ++i) {
    int capacity = cluster_at(machine, i).capacity;
    if (capacity < lowest) lowest = capacity;
  }
  if (info->capacity_source == RONDO_CAPACITY_FREQUENCY && lowest < 1024) printf("Capacities follow from the highest frequencies.\n");
  if (info->capacity_source == RONDO_CAPACITY_ASSUMED) printf("Capacities are not known: all CPUs are called equally fast.\n");
}

static void print_notes(const struct rondo_machine *machine, const struct rondo_machine_info *info, int online_count) {
  printf("\nThis process may use %d of %d CPUs: %s\n", info->allowed_count, online_count, info->allowed);
  if (info->quota_millicpus != 0) {
    printf("A cgroup grants it the time of %.2f CPUs and stops it for the rest of each period.\n", (double)info->quota_millicpus / 1000);
  }
  if (strcmp(info->present, info->online) != 0) printf("Of CPUs %s these are online: %s\n", info->present, info->online);
  if (info->isolated[0] != '\0') printf("Kept free by the kernel (isolcpus): %s\n", info->isolated);
  if (info->beyond_count != 0) printf("Left out: %llu more CPUs than this build can name.\n", (unsigned long long)info->beyond_count);
  if (!info->has_nodes) printf("The kernel tells of no NUMA nodes.\n");
  if (info->memory_refusal != NULL) printf("Workers' memory is where the kernel puts it: %s\n", info->memory_refusal);
  print_capacity_note(machine, info);
}

static int count_online(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  int count = 0;
  for (int i = 0; i < info->cpu_count; ++i) count += cpu_at(machine, i).is_online;
  return count;
}

static void print_text(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  int online_count = count_online(machine, info);
  if (info->arch != NULL) {
    char name[TOOL_CPU_TEXT_BYTES];
    rdo_tool_format_cpu(name, sizeof name);
    printf("%s (%s)\n", name, info->arch);
  }
  printf("%d CPU%s, %d core%s, %d cluster%s, %d NUMA node%s, %d package%s\n\n", online_count, plural(online_count), info->core_count,
         plural(info->core_count), info->cluster_count, plural(info->cluster_count), info->node_count, plural(info->node_count),
         info->package_count, plural(info->package_count));
  for (int i = 0; i < info->package_count; ++i) {
    struct rondo_machine_package package;
    rondo_machine_package(machine, i, &package);
    printf("package %d\n", package.number);
    print_odd_caches(machine, info, &package);
    for (int k = 0; k < info->node_count; ++k) print_package_node(machine, info, i, k);
  }
  for (int i = 0; i < info->node_count; ++i) {
    struct rondo_machine_node node;
    rondo_machine_node(machine, i, &node);
    if (node.cpus[0] == '\0') print_node_line(&node, "");
  }
  print_notes(machine, info, online_count);
}

// "-" for what a worker's CPUs do not have in common.
static const char *format_index(int index, char buffer[16]) {
  snprintf(buffer, 16, "%d", index);
  return index < 0 ? "-" : buffer;
}

static void print_workers(const struct rondo_machine *machine, const struct rondo_placement *placement) {
  char core[16], cluster[16], node[16];
  struct rondo_worker_place place;
  int width = 4;
  for (int i = 0; i < rondo_placement_worker_count(placement); ++i) {
    rondo_placement_worker(placement, i, &place);
    if ((int)strlen(place.cpus) > width) width = (int)strlen(place.cpus);
  }
  printf("\nworker  core  cluster  node  %-*s  shares a cache with workers\n", width, "CPUs");
  for (int i = 0; i < rondo_placement_worker_count(placement); ++i) {
    struct rondo_machine_node numa;
    rondo_placement_worker(placement, i, &place);
    rondo_machine_node(machine, place.node, &numa);
    int number = place.node >= 0 ? numa.number : -1;
    printf("%6d  %4s  %7s  %4s  %-*s  %s\n", i, format_index(place.core, core), format_index(place.cluster, cluster), format_index(number, node),
           width, place.cpus, place.sharing);
  }
}

// JSON -------------------------------------------------------------------------------------------------
// One element of an array on a line. Nothing in it needs escapes: lists of CPUs and names of ours.

static void begin_array(const char *name) { printf(",\n  \"%s\": [", name); }
static void begin_element(int index) { printf("%s\n    {", index > 0 ? "," : ""); }
static void end_array(void) { printf("\n  ]"); }

// "name": index, or null for none.
static void print_index(const char *name, int index) {
  if (index < 0) printf("\"%s\": null, ", name);
  else printf("\"%s\": %d, ", name, index);
}

static void print_json_cpus(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  begin_array("cpus");
  for (int i = 0; i < info->cpu_count; ++i) {
    struct rondo_machine_cpu cpu = cpu_at(machine, i);
    begin_element(i);
    printf("\"number\": %d, \"online\": %s, \"allowed\": %s, ", cpu.number, cpu.is_online ? "true" : "false", cpu.is_allowed ? "true" : "false");
    print_index("package", cpu.package);
    print_index("core", cpu.core);
    print_index("smt", cpu.smt_index);
    print_index("node", cpu.node);
    print_index("cluster", cpu.cluster);
    print_index("l1d", cpu.l1d);
    print_index("l2", cpu.l2);
    print_index("l3", cpu.l3);
    printf("\"capacity\": %d, \"frequency_khz_max\": %lld}", cpu.capacity, (long long)cpu.frequency_khz_max);
  }
  end_array();
}

static void print_json_groups(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  begin_array("packages");
  for (int i = 0; i < info->package_count; ++i) {
    struct rondo_machine_package package;
    rondo_machine_package(machine, i, &package);
    begin_element(i);
    printf("\"number\": %d, \"cpus\": \"%s\"}", package.number, package.cpus);
  }
  end_array();
  begin_array("nodes");
  for (int i = 0; i < info->node_count; ++i) {
    struct rondo_machine_node node;
    rondo_machine_node(machine, i, &node);
    begin_element(i);
    printf("\"number\": %d, \"memory_bytes\": %llu, \"cpus\": \"%s\"}", node.number, (unsigned long long)node.memory_bytes, node.cpus);
  }
  end_array();
  begin_array("clusters");
  for (int i = 0; i < info->cluster_count; ++i) {
    struct rondo_machine_cluster cluster = cluster_at(machine, i);
    begin_element(i);
    print_index("package", cluster.package);
    print_index("node", cluster.node);
    print_index("cache", cluster.cache);
    printf("\"capacity\": %d, \"core_count\": %d, \"cpus\": \"%s\"}", cluster.capacity, cluster.core_count, cluster.cpus);
  }
  end_array();
}

static void print_json_parts(const struct rondo_machine *machine, const struct rondo_machine_info *info) {
  begin_array("caches");
  for (int i = 0; i < info->cache_count; ++i) {
    struct rondo_machine_cache cache = cache_at(machine, i);
    begin_element(i);
    printf("\"level\": %d, \"size_bytes\": %llu, \"line_bytes\": %llu, \"core_count\": %d, \"cpus\": \"%s\"}", cache.level,
           (unsigned long long)cache.size_bytes, (unsigned long long)cache.line_bytes, cache.core_count, cache.cpus);
  }
  end_array();
  begin_array("cores");
  for (int i = 0; i < info->core_count; ++i) {
    struct rondo_machine_core core;
    rondo_machine_core(machine, i, &core);
    begin_element(i);
    print_index("package", core.package);
    print_index("node", core.node);
    print_index("cluster", core.cluster);
    printf("\"cpus\": \"%s\"}", core.cpus);
  }
  end_array();
}

static void print_json_workers(const struct rondo_placement *placement) {
  begin_array("workers");
  for (int i = 0; i < rondo_placement_worker_count(placement); ++i) {
    struct rondo_worker_place place;
    rondo_placement_worker(placement, i, &place);
    begin_element(i);
    print_index("core", place.core);
    print_index("cluster", place.cluster);
    print_index("node", place.node);
    printf("\"cpus\": \"%s\", \"sharing\": \"%s\"}", place.cpus, place.sharing);
  }
  end_array();
}

static void print_json(const struct rondo_machine *machine, const struct rondo_machine_info *info, const struct rondo_placement *placement) {
  static const char *const sources[] = {"kernel", "frequency", "assumed"};
  printf("{\n  \"arch\": ");
  if (info->arch != NULL) printf("\"%s\"", info->arch);
  else printf("null");
  printf(",\n  \"present\": \"%s\",\n  \"online\": \"%s\",\n  \"allowed\": \"%s\",\n  \"isolated\": \"%s\"", info->present, info->online,
         info->allowed, info->isolated);
  printf(",\n  \"beyond_count\": %llu,\n  \"quota_millicpus\": %lld", (unsigned long long)info->beyond_count, (long long)info->quota_millicpus);
  printf(",\n  \"capacity_source\": \"%s\",\n  \"has_nodes\": %s", sources[info->capacity_source], info->has_nodes ? "true" : "false");
  print_json_groups(machine, info);
  print_json_parts(machine, info);
  print_json_cpus(machine, info);
  if (placement != NULL) print_json_workers(placement);
  printf("\n}\n");
}

// The verb ---------------------------------------------------------------------------------------------

static int show(const struct machine_args *args, const struct rondo_machine *machine) {
  struct rondo_machine_info info;
  struct rondo_placement *placement = NULL;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  rondo_machine_info(machine, &info);
  if (args->unit != NULL || args->placement.cpus != NULL || args->placement.set_count > 0) {
    enum rondo_status status = rondo_machine_place(machine, &args->placement, &placement, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(NULL, status, &diag);
      return status == RONDO_INVALID_ARGUMENT ? TOOL_EXIT_USAGE : TOOL_EXIT_FAILURE;
    }
  }
  if (args->wants_json) {
    print_json(machine, &info, placement);
  } else {
    print_text(machine, &info);
    if (placement != NULL) print_workers(machine, placement);
  }
  rondo_placement_release(&placement);
  return TOOL_EXIT_OK;
}

// What a machine file says, and whether it fits this machine.
static int show_file(const struct machine_args *args, const struct rondo_machine *machine) {
  struct rondo_file *file;
  struct rondo_file_info info;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  const struct rondo_file_options options = {.machine = machine};
  enum rondo_status status = rondo_file_read(args->file, RONDO_FILE_MACHINE, &options, &file, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  if (args->trace != NULL) status = rondo_machine_merge_trace(file, args->trace, &diag);
  if (status != RONDO_OK) {
    rondo_file_release(&file);
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  rondo_file_info(file, &info);
  printf("%s: %d cluster%s, %d lane%s, %d resource%s: fits this machine\n", args->file, info.cluster_count, plural(info.cluster_count), info.lane_count,
         plural(info.lane_count), info.resource_count, plural(info.resource_count));
  for (int i = 0; i < info.note_count; ++i) {
    size_t count;
    const char *note = rondo_file_note(file, i, &count);
    fprintf(stderr, "rondo: %s", note);
    if (count > 1) fprintf(stderr, " (%zu times)", count);
    fputc('\n', stderr);
  }
  if (args->output != NULL) status = rondo_file_write(file, args->output, &diag);
  rondo_file_release(&file);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure(NULL, status, &diag);
  return TOOL_EXIT_FAILURE;
}

static int write_machine(const struct machine_args *args, const struct rondo_machine *machine) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  enum rondo_status status = rondo_machine_write(machine, args->output, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure(NULL, status, &diag);
  return TOOL_EXIT_FAILURE;
}

static int run(const struct machine_args *args) {
  struct rondo_machine *machine;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  enum rondo_status status = rondo_machine_read(&args->machine, &machine, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return status == RONDO_INVALID_ARGUMENT ? TOOL_EXIT_USAGE : TOOL_EXIT_FAILURE;
  }
  int code = args->file != NULL ? show_file(args, machine) : args->output != NULL ? write_machine(args, machine) : show(args, machine);
  rondo_machine_release(&machine);
  return code;
}

static int fail_usage(const char *what) {
  fprintf(stderr, "rondo: machine: %s\nTry 'rondo machine --help'.\n", what);
  return TOOL_EXIT_USAGE;
}

// Turns what was typed into options of the library.
static int finish_args(struct machine_args *args, const struct tool_strings *positional) {
  static const char *const units[] = {"cores", "cpus", "clusters", "nodes"};
  if (positional->count > 0) return fail_usage("takes flags only");
  if ((args->unit != NULL) + (args->placement.cpus != NULL) + (args->sets.count > 0) > 1) return fail_usage("--workers, --cpus and --set exclude each other");
  bool shows = args->unit != NULL || args->placement.cpus != NULL || args->sets.count > 0 || args->placement.within != NULL || args->wants_json;
  if (shows && (args->output != NULL || args->file != NULL)) return fail_usage("--output and --file write and check machine files, nothing else");
  bool acts = args->unit != NULL || args->placement.cpus != NULL || args->sets.count > 0 || args->placement.within != NULL || args->output != NULL || args->file != NULL;
  if (args->trace != NULL && (args->file == NULL || args->output == NULL)) {
    return fail_usage("--from-trace reads a machine file and writes another: give --file and --output, too");
  }
  if (args->checks && acts) return fail_usage("--check goes with --json, --strict, --root, --allowed and --hwloc only");
  if (args->is_strict && !args->checks) return fail_usage("--strict goes with --check");
  if (args->placement.within != NULL && (args->placement.cpus != NULL || args->sets.count > 0)) {
    return fail_usage("--within goes with --workers: --cpus and --set say already where");
  }
  args->machine.reader = args->wants_hwloc ? RONDO_MACHINE_HWLOC : RONDO_MACHINE_SYSFS;
  args->placement.sets = args->sets.items;
  args->placement.set_count = args->sets.count;
  if (args->unit == NULL && args->placement.within != NULL) args->unit = units[0];
  for (int i = 0; args->unit != NULL && i < 4; ++i) {
    args->placement.unit = (enum rondo_worker_unit)i;
    if (strcmp(args->unit, units[i]) == 0) return TOOL_EXIT_OK;
  }
  return args->unit == NULL ? TOOL_EXIT_OK : fail_usage("--workers takes cores, cpus, clusters or nodes");
}

int rdo_tool_machine(int argc, char **argv) {
  struct machine_args args = {0};
  const struct tool_option options[] = {
      {"workers", TOOL_OPTION_TEXT, &args.unit, "UNIT",
       "Show where workers would go, one for each of the cores, cpus, clusters or nodes: the fastest clusters first."},
      {"within", TOOL_OPTION_TEXT, &args.placement.within, "LIST", "Only on these CPUs, such as a node's or a cluster's; default all."},
      {"cpus", TOOL_OPTION_TEXT, &args.placement.cpus, "LIST",
       "Show one worker on each of these CPUs. A CPU that does not exist, is offline or is not for this process is an error."},
      {"set", TOOL_OPTION_LIST, &args.sets, "LIST", "Show one worker that moves among these CPUs; repeat it for several workers. Sets may not overlap."},
      {"root", TOOL_OPTION_TEXT, &args.machine.root, "DIR",
       "Read another machine's files: DIR holds a copy of its /sys/devices/system/cpu and .../node. All of it counts as allowed."},
      {"allowed", TOOL_OPTION_TEXT, &args.machine.allowed, "LIST", "Do as if the process might use these CPUs; default what taskset and cgroups leave it."},
      {"hwloc", TOOL_OPTION_SWITCH, &args.wants_hwloc, NULL, "Ask the hwloc library in place of reading the kernel's files."},
      {"check", TOOL_OPTION_SWITCH, &args.checks, NULL,
       "Say what stands in the way of real time, and what to type: rights, clocks, governors, sleep states, other programs. Takes 200 ms."},
      {"strict", TOOL_OPTION_SWITCH, &args.is_strict, NULL, "With --check: exit with 1 when there are warnings."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object, with every CPU, core and cache; docs/machine.md names its fields."},
      {"output", TOOL_OPTION_TEXT, &args.output, "FILE",
       "Write a machine file to edit, such as machine.json: the clusters as `rondo plan` and `rondo play` take them. With --file: write that one anew, complete."},
      {"file", TOOL_OPTION_TEXT, &args.file, "FILE", "Check a machine file: its keys, and that its CPUs are there and may be used."},
      {"from-trace", TOOL_OPTION_TEXT, &args.trace, "FILE",
       "With --file and --output: add what hand-overs a trace of a played plan shows (CSV, see rondo trace); plans and simulations count with them."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "machine",
      .synopsis = "[flags]",
      .about = "Shows what the machine is made of: packages, NUMA nodes, clusters, cores and caches, and which CPUs this\n"
               "process may use. A cluster is a group of cores that are equally fast and share a cache; work is planned\n"
               "on clusters. Capacity is speed, 1024 = the fastest core. \"0+64\" is one core with two CPUs (SMT).\n"
               "\n"
               "A LIST is CPU numbers and ranges, \"0-3,8\", or a mask, \"0xf\".",
      .options = options,
      .examples = "  rondo machine\n"
                  "  rondo machine --workers=cores\n"
                  "  rondo machine --check\n"
                  "  rondo machine --cpus=0-3 --json\n"
                  "  taskset -c 2-3 rondo machine --workers=clusters\n"
                  "  rondo machine --output=machine.json\n"
                  "  rondo machine --file=machine.json\n"
                  "  rondo machine --file=machine.json --from-trace=run.csv --output=machine2.json\n"
                  "  rondo machine --root=board/ --set=0-3 --set=4-7",
      .exit_codes = "  0  shown\n"
                    "  1  the machine or file could not be read or written, a CPU cannot be used, or there are warnings (--strict)\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = finish_args(&args, &positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = args.checks ? rdo_tool_machine_check(&args.machine, args.wants_json, args.is_strict) : run(&args);
  }
  rdo_tool_strings_release(&args.sets);
  rdo_tool_strings_release(&positional);
  return code;
}
