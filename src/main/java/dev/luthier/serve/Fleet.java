package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.online.Canary;
import dev.luthier.online.Deployed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The versions that are loaded. One is loaded before requests get it and freed when the last
 * request that began with it has ended, so that no request waits for a swap and none sees two
 * versions.
 */
final class Fleet {
  /** What could not be loaded is tried again after so many nanoseconds. */
  private static final long AGAIN = 30_000_000_000L;

  private final Catalogue catalogue;
  private final Loader loader;
  private final Consumer<String> err;
  private final Map<String, Berth> berths = new LinkedHashMap<>(); // guarded by this
  private volatile Deployed now = Deployed.FIRST;
  private String failed = ""; // guarded by this: what was said last of a version that is broken

  private @Nullable Deployed broken; // of the thread that deploys
  private long brokenAt;

  /** A version's place: loaded, or about to be. */
  private static final class Berth {
    private final CompletableFuture<Loaded> ready = new CompletableFuture<>();
    private int holds;
  }

  /**
   * @param err hears of versions that come and go, and of those that cannot be loaded
   */
  Fleet(Catalogue catalogue, Loader loader, Consumer<String> err) {
    this.catalogue = catalogue;
    this.loader = loader;
    this.err = err;
  }

  /** Which versions answer. */
  Deployed now() {
    return now;
  }

  Catalogue catalogue() {
    return catalogue;
  }

  /** The versions that are loaded. */
  synchronized List<String> loaded() {
    return List.copyOf(berths.keySet());
  }

  /**
   * A version for a request, which keeps it whatever happens to others.
   *
   * @param model as the request names it
   * @param who whose request it is
   * @throws ApiError if there is none, or it cannot be loaded
   */
  Held hold(String model, String who) {
    String version = catalogue.version(model, who, now);
    try {
      return hold(version);
    } catch (UserError e) {
      err.accept("version %s cannot be loaded: %s".formatted(version, e.getMessage()));
      throw new ApiError(
          503, "model_unavailable", "version %s cannot be loaded now".formatted(version));
    }
  }

  private Held hold(String version) {
    Berth berth;
    boolean mine = false;
    synchronized (this) {
      @Nullable Berth found = berths.get(version);
      if (found == null) {
        found = new Berth();
        berths.put(version, found);
        mine = true;
      }
      berth = found;
      berth.holds++;
    }
    if (mine) {
      load(version, berth);
    }
    try {
      return new Held(berth.ready.join(), () -> release(version, berth));
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void load(String version, Berth berth) {
    try {
      Loaded loaded = loader.load(version);
      err.accept("version %s is loaded".formatted(version));
      berth.ready.complete(loaded);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        berths.remove(version, berth);
      }
      berth.ready.completeExceptionally(e);
    }
  }

  private synchronized void release(String version, Berth berth) {
    berth.holds--;
    free(version, berth);
  }

  /** Frees a version that nobody holds and that is not to answer. */
  private void free(String version, Berth berth) {
    if (berth.holds == 0 && !stays(version) && berths.remove(version, berth)) {
      loader.free(berth.ready.join());
      err.accept("version %s is freed".formatted(version));
    }
  }

  private boolean stays(String version) {
    return now.current().equals(version)
        || now.canary().map(Canary::name).filter(version::equals).isPresent()
        || now.previous().filter(version::equals).isPresent() // a rollback is at once
        || catalogue.also().containsKey(version);
  }

  /**
   * Loads what is deployed when the server starts. What cannot be loaded of a trial waits.
   *
   * @throws UserError if the version that is to answer cannot be loaded
   */
  void first(Deployed deployed) {
    try (Held held = hold(deployed.current())) {
      now = new Deployed(held.version(), Optional.empty(), deployed.before(), deployed.history());
    }
    deploy(deployed);
  }

  /**
   * Lets what is deployed answer: first it is loaded, then requests get it, then others are freed.
   * What cannot be loaded changes nothing.
   */
  void deploy(Deployed next) {
    if (next.equals(now) || (next.equals(broken) && System.nanoTime() - brokenAt < AGAIN)) {
      return;
    }
    List<Held> held = new ArrayList<>();
    try {
      held.add(hold(next.current()));
      next.canary().ifPresent(canary -> held.add(hold(canary.name())));
      synchronized (this) {
        now = next;
        failed = "";
      }
    } catch (UserError e) {
      broken = next;
      brokenAt = System.nanoTime();
      say("the versions stay as they are: " + e.getMessage());
    } finally {
      held.forEach(Held::close);
    }
    synchronized (this) {
      List.copyOf(berths.entrySet()).forEach(e -> free(e.getKey(), e.getValue()));
    }
  }

  /** Once, however often it is tried. */
  private synchronized void say(String what) {
    if (!what.equals(failed)) {
      failed = what;
      err.accept(what);
    }
  }

  /** What keeps the deployed versions from answering; empty where nothing does. */
  synchronized String trouble() {
    return failed;
  }
}
