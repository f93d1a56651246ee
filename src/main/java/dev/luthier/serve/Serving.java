package dev.luthier.serve;

import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.online.Versions;
import dev.luthier.rollout.Budget;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** A server that runs: store, engine, versions, web. */
public final class Serving implements AutoCloseable {
  /** In which clients are told that their answers have no end. */
  private static final double TOLD_SECONDS = 5;

  private final Deque<Runnable> ends = new ArrayDeque<>(); // the last opened is closed first
  private final HttpSpec spec;
  private final Door door;
  private final Consumer<String> err;
  private Engine engine;
  private Fleet fleet;
  private Web web;

  /**
   * Loads the model and starts to listen.
   *
   * @param err hears what happens, one line each
   * @throws dev.luthier.error.UserError if something that the recipe names is missing or broken
   */
  public static Serving start(ServeRecipe recipe, Consumer<String> err) {
    Serving out = new Serving(recipe, err);
    try {
      out.open(recipe);
      return out;
    } catch (RuntimeException | Error e) {
      out.end();
      throw e;
    }
  }

  @SuppressWarnings("NullAway.Init") // open follows at once
  private Serving(ServeRecipe recipe, Consumer<String> err) {
    this.spec = recipe.http();
    this.door = new Door(recipe.http().limits().atOnce());
    this.err = err;
  }

  private void open(ServeRecipe recipe) {
    spec.token(); // before anything takes time
    Limits limits = spec.limits();
    Versions versions = new Versions(recipe.home());
    Catalogue catalogue = new Catalogue(recipe.served(), versions, spec.also());
    FeedbackStore store = FeedbackStores.open(recipe.url(), recipe.home());
    ends.push(store::close);
    Budget budget = new Budget(limits.rows(), limits.cacheMb() << 20);
    engine = new Engine(err);
    Deque<Runnable> models = new ArrayDeque<>();
    ends.push(
        () -> {
          engine.close();
          models.forEach(Runnable::run);
        });
    Loader loader = new Loader(engine, recipe.model(), versions, spec.also(), budget);
    models.push(loader::close);
    fleet = new Fleet(catalogue, loader, err);
    fleet.first(versions.deployed());
    Meters meters = new Meters();
    Desk desk = new Desk(engine, limits, new Log(store), meters, err);
    gauges(meters, engine, desk);
    Watch watch = new Watch(err);
    ends.push(watch::close);
    watch.versions(versions, fleet);
    watch.retention(store, recipe.feedback().retentionDays());
    Body body = new Body(limits.bodyBytes(), limits.idleSeconds());
    List<Routes> routes = new ArrayList<>();
    routes.add(new StateRoutes(door, engine, fleet, meters));
    routes.add(new ModelRoutes(fleet, Instant.now().getEpochSecond()));
    routes.add(new AnswerRoutes(door, body, limits, fleet, new Callers(store), desk, meters));
    routes.add(new FeedbackRoutes(store, body, err));
    routes.add(PageRoutes.of(store, recipe.home(), body));
    web = Web.start(spec, routes, err);
    ends.push(web::close);
  }

  private void gauges(Meters meters, Engine engine, Desk desk) {
    meters.gauge("luthier_running", "Answers that are being written", engine, Engine::running);
    meters.gauge("luthier_waiting", "Requests without a token yet", desk, Desk::waiting);
    meters.gauge("luthier_open_requests", "Requests that are inside", door, Door::inside);
    meters.gauge("luthier_cache_bytes", "Bytes of keys and values", engine, Engine::bytes);
    meters.gauge("luthier_versions", "Versions that are loaded", fleet, f -> f.loaded().size());
  }

  public int port() {
    return web.port();
  }

  /** Where it listens. */
  public String address() {
    String host = spec.host().contains(":") ? "[" + spec.host() + "]" : spec.host();
    return "http://%s:%d".formatted(host, port());
  }

  /** The versions that are loaded. */
  List<String> loaded() {
    return fleet.loaded();
  }

  /**
   * Stops: new requests get 503, running ones may come to their ends within the recipe's limit, and
   * whoever has not by then is told so.
   */
  @Override
  public void close() {
    if (!door.shut(spec.limits().stopSeconds())) {
      err.accept("%d requests did not end in time".formatted(door.inside()));
      engine.end();
      door.shut(TOLD_SECONDS);
    }
    end();
  }

  private void end() {
    while (!ends.isEmpty()) {
      ends.pop().run();
    }
  }
}
