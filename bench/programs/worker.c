/* worker: a hundred times a second touches 256 KB and gives them back, so that all figures of it change all the time; ends
 * when its parent does. */
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  const size_t size = 256 << 10;
  const struct timespec pause = {0, 10000000};
  const pid_t parent = getppid();
  while (getppid() == parent) {
    char *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return 1;
    memset(block, 1, size);
    munmap(block, size);
    nanosleep(&pause, NULL);
  }
  return 0;
}
