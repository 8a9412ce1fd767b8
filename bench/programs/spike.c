/* spike MB MS end|live: touches MB of anonymous memory, holds them for MS, then ends at that peak, or gives them back and
 * lives on for 100 ms. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void wait_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t size = strtoul(argv[1], NULL, 10) << 20;
  char *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return 1;
  memset(block, 1, size);
  wait_ms(strtol(argv[2], NULL, 10));
  if (strcmp(argv[3], "end") == 0) _exit(0);
  munmap(block, size);
  wait_ms(100);
  return 0;
}
