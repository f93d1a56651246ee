package dev.luthier.serve;

import io.javalin.config.RoutesConfig;

/** Some paths of the server. Whoever adds any writes one of these and gives it to {@link Web}. */
@FunctionalInterface
interface Routes {
  /** Called once, before the server starts. */
  void add(RoutesConfig routes);
}
