/* libjpeg-turbo by the interface it is meant to be used by: a file in memory, scaled while decoding, each row looked at and dropped.
 * native FILE DENOMINATOR WARM-UPS MOST-RUNS SECONDS: prints a JSON object as measure.mjs does. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <jpeglib.h>

#ifndef LIBJPEG_TURBO_VERSION
#error jpeglib.h is another libjpeg
#endif

static unsigned long bytes, samples;
static double sum;

static double cpu_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void decode(const unsigned char *file, unsigned long length, int denominator) {
  struct jpeg_decompress_struct picture;
  struct jpeg_error_mgr errors; /* the library's own ends the program at an error */
  picture.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&picture);
  jpeg_mem_src(&picture, file, length);
  jpeg_read_header(&picture, TRUE);
  picture.scale_num = 1;
  picture.scale_denom = denominator;
  jpeg_start_decompress(&picture);
  size_t row_bytes = (size_t)picture.output_width * picture.output_components;
  JSAMPROW row = malloc(row_bytes);
  bytes = samples = 0;
  sum = 0;
  while (picture.output_scanline < picture.output_height) {
    jpeg_read_scanlines(&picture, &row, 1);
    for (size_t at = (61 - bytes % 61) % 61; at < row_bytes; at += 61, samples++) sum += row[at];
    bytes += row_bytes;
  }
  jpeg_finish_decompress(&picture);
  jpeg_destroy_decompress(&picture);
  free(row);
}

int main(int count, char **argument) {
  if (count != 6) return 2;
  FILE *in = fopen(argument[1], "rb");
  if (!in) return 2;
  fseek(in, 0, SEEK_END);
  long length = ftell(in);
  rewind(in);
  unsigned char *file = malloc(length);
  if (!file || fread(file, 1, length, in) != (size_t)length) return 2;
  int denominator = atoi(argument[2]), warm_ups = atoi(argument[3]), most = atoi(argument[4]);
  double enough = atof(argument[5]) * 1e3;
  for (int run = 0; run < warm_ups; run++) decode(file, length, denominator);
  printf("{\"times\":[");
  double started = cpu_ms();
  for (int run = 0; run < most && (run < 3 || cpu_ms() - started < enough); run++) {
    double before = cpu_ms();
    decode(file, length, denominator);
    printf("%s%.3f", run ? "," : "", cpu_ms() - before);
  }
  printf("],\"bytes\":%lu,\"mean\":%.3f}\n", bytes, sum / samples);
  return 0;
}
