package dev.luthier.serve;

import dev.luthier.serve.Catalogue.Listed;
import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /v1/models}: what a request may name as its model. */
record ModelRoutes(Fleet fleet, long started) implements Routes {
  @Override
  public void add(RoutesConfig routes) {
    routes.get(
        "/v1/models",
        ctx -> {
          Map<String, Object> out = new LinkedHashMap<>();
          out.put("object", "list");
          out.put("data", all().stream().map(this::model).toList());
          Json.reply(ctx, 200, out);
        });
    routes.get(
        "/v1/models/<id>",
        ctx -> {
          String id = ctx.pathParam("id");
          Listed found =
              all().stream()
                  .filter(m -> m.id().equals(id))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          ApiError.noModel(
                              "there is no such model; GET /v1/models lists those there are"));
          Json.reply(ctx, 200, model(found));
        });
  }

  private List<Listed> all() {
    return fleet.catalogue().list(fleet.now());
  }

  private Map<String, Object> model(Listed listed) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", listed.id());
    out.put("object", "model");
    out.put("created", listed.created() > 0 ? listed.created() : started);
    out.put("owned_by", "luthier");
    out.put("version", listed.version());
    if (!listed.parent().isEmpty()) {
      out.put("parent", listed.parent());
    }
    return out;
  }
}
