package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Models of a hub, by the protocol and the cache of Hugging Face: what huggingface_hub has fetched
 * is used here, and the other way. Only safetensors and text are fetched, never pickles.
 */
public final class Hub {
  private static final int AT_ONCE = 4; // files

  private final HubSettings settings;
  private final HubCache cache;
  private final HubRetry.Pause pause;

  Hub(HubSettings settings, HubCache.Links links, HubRetry.Pause pause) {
    this.settings = settings;
    this.cache = new HubCache(settings.cache(), links);
    this.pause = pause;
  }

  public static Hub of(HubSettings settings) {
    return new Hub(settings, Files::createSymbolicLink, d -> Thread.sleep(d.toMillis()));
  }

  /**
   * The newest state of a model. What the cache has is not fetched again; offline, or for a whole
   * commit, it is all that is looked at.
   *
   * @return the folder of its snapshot
   * @throws UserError if there is no such model, or no access to it
   * @throws UncheckedIOException if it does not come, or not as it is listed
   */
  public Path pull(HubName name, HubProgress progress) {
    if (settings.offline()) {
      return offline(name);
    }
    Optional<Path> fixed = name.isCommit() ? cached(name) : Optional.empty();
    if (fixed.isPresent()) {
      return fixed.get();
    }
    HubRetry retry = new HubRetry(pause, progress);
    HubClient client = new HubClient(settings);
    try {
      String commit = retry.run(() -> client.commit(name), () -> 0);
      Optional<HubListing> known = cache.listing(name, commit);
      HubListing listing =
          known.isPresent() ? known.get() : retry.run(() -> client.listing(name, commit), () -> 0);
      listing.refuseUnreadable(name);
      if (listing.wanted().isEmpty()) {
        throw new UserError(name + " has neither safetensors nor text");
      }
      if (known.isEmpty()) {
        cache.keep(name, listing);
      }
      fetch(name, listing, new HubDownload(client, cache, retry, progress), progress);
      cache.remember(name, commit);
      return cache.snapshot(name, commit);
    } catch (HubWrong wrong) {
      throw new UncheckedIOException(wrong.getMessage(), wrong);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(
          "%s: interrupted; the same command goes on from there".formatted(name),
          new InterruptedIOException());
    }
  }

  /** The snapshot in the cache, if it has every file that would be fetched. */
  public Optional<Path> cached(HubName name) {
    return cache
        .commit(name)
        .filter(
            commit ->
                cache
                    .listing(name, commit)
                    .map(all -> !all.wanted().isEmpty() && cache.missing(name, all).isEmpty())
                    .orElseGet(() -> HubCache.looksWhole(cache.snapshot(name, commit))))
        .map(commit -> cache.snapshot(name, commit));
  }

  private Path offline(HubName name) {
    Optional<Path> snapshot =
        cache.commit(name).map(c -> cache.snapshot(name, c)).filter(Files::isDirectory);
    if (snapshot.isEmpty()) {
      throw new UserError(
          "%s is not in the cache %s, and HF_HUB_OFFLINE forbids the network; pull it once without HF_HUB_OFFLINE"
              .formatted(name, cache.root()));
    }
    cache
        .commit(name)
        .flatMap(commit -> cache.listing(name, commit))
        .flatMap(listing -> cache.missing(name, listing).stream().findFirst())
        .ifPresent(
            file -> {
              throw new UserError(
                  "%s lacks %s in the cache %s, and HF_HUB_OFFLINE forbids the network; pull it once without HF_HUB_OFFLINE"
                      .formatted(name, file.path(), cache.root()));
            });
    return snapshot.get();
  }

  private void fetch(HubName name, HubListing listing, HubDownload download, HubProgress progress)
      throws InterruptedException {
    List<HubFile> missing = cache.missing(name, listing);
    if (missing.isEmpty()) {
      return;
    }
    long total = missing.stream().mapToLong(HubFile::size).sum();
    refuseFullDisk(name, missing);
    progress.begin(name, missing.size(), total);
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, missing.size()));
    try {
      ExecutorCompletionService<HubFile> files = new ExecutorCompletionService<>(threads);
      for (HubFile file : missing) {
        files.submit(
            () -> {
              download.fetch(name, listing.commit(), file);
              return file;
            });
      }
      List<HubFile> done = new ArrayList<>();
      while (done.size() < missing.size()) {
        done.add(files.take().get());
      }
    } catch (ExecutionException e) { // the first failure; it ends the others
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      end(threads);
    }
  }

  private static void end(ExecutorService threads) throws InterruptedException {
    threads.shutdownNow();
    while (!threads.awaitTermination(1, java.util.concurrent.TimeUnit.MINUTES)) {
      threads.shutdownNow();
    }
  }

  private void refuseFullDisk(HubName name, List<HubFile> missing) {
    try {
      long needed = 0;
      for (HubFile f : missing) {
        Path part = cache.part(name, f);
        boolean blob = HubCache.isWhole(cache.blob(name, f), f);
        needed += blob ? 0 : f.size() - HubCache.size(part).orElse(0);
      }
      Files.createDirectories(cache.root());
      long free = Files.getFileStore(cache.root()).getUsableSpace();
      if (needed > free) {
        throw new UserError(
            "%s needs %,d bytes more, the disk of the cache %s has %,d left; free some space or set HF_HUB_CACHE to another disk"
                .formatted(name, needed, cache.root(), free));
      }
    } catch (IOException e) {
      throw DiskErrors.writing(cache.root(), 0, 0, e);
    }
  }
}
