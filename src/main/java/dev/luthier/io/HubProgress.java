package dev.luthier.io;

/** Hears how a download goes; called from several threads. */
public interface HubProgress extends AutoCloseable {
  /**
   * A download begins.
   *
   * @param total bytes of the files that the cache lacks
   */
  void begin(HubName name, int files, long total);

  /**
   * @param bytes that came, or that a broken download had left; negative where some must come again
   */
  void arrived(long bytes);

  void note(String line);

  @Override
  void close();

  /** Says nothing. */
  HubProgress NONE =
      new HubProgress() {
        @Override
        public void begin(HubName name, int files, long total) {}

        @Override
        public void arrived(long bytes) {}

        @Override
        public void note(String line) {}

        @Override
        public void close() {}
      };
}
