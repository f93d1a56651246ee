package dev.luthier.recipe;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.DefaultXYDataset;
import org.w3c.dom.Document;

/** Draws the curves of a run as SVG, one plot for each quantity. */
final class Curves {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 300;

  /** More points than a plot has room for are averaged in groups. */
  private static final int MAX_POINTS = 400;

  /** Up to this many, each is marked. */
  private static final int FEW_POINTS = 12;

  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Color TEXT = new Color(0x1f2328);
  private static final Color GRID = new Color(0xe3e6ea);

  /** Blue, vermilion, green, purple: told apart by colour-blind readers too (Okabe and Ito). */
  private static final Color[] COLOURS = {
    new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73), new Color(0xa0408a)
  };

  /**
   * A plot.
   *
   * @param note what the reader must know about the points; "" if nothing
   */
  record Plot(String title, String svg, String note) {}

  /** The points that are drawn. */
  private record Points(double[] x, double[] y, int group, int notFinite) {}

  private Curves() {}

  /**
   * One plot for each quantity, in the order in which the quantities first appear; its svg is empty
   * where there is no finite value.
   *
   * @throws LinkageError or InternalError where the system has no fonts to write the labels with
   */
  static List<Plot> draw(List<ReportData.Series> all) {
    System.setProperty("java.awt.headless", "true");
    Map<String, List<ReportData.Series>> panels = new LinkedHashMap<>();
    for (ReportData.Series s : all) {
      String quantity = s.name().substring(s.name().lastIndexOf('/') + 1);
      panels.computeIfAbsent(quantity, q -> new ArrayList<>()).add(s);
    }
    List<Plot> plots = new ArrayList<>();
    panels.forEach((quantity, series) -> plots.add(plot(quantity.replace('_', ' '), series)));
    return plots;
  }

  private static Plot plot(String title, List<ReportData.Series> series) {
    DefaultXYDataset data = new DefaultXYDataset();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    List<String> notes = new ArrayList<>();
    for (ReportData.Series s : series) {
      Points points = points(s);
      if (points.group() > 1) {
        notes.add("%s: each point is the mean of %d".formatted(s.name(), points.group()));
      }
      if (points.notFinite() > 0) {
        notes.add(
            "%s: %d of %d values are not finite and not drawn"
                .formatted(s.name(), points.notFinite(), s.steps().length));
      }
      if (points.x().length > 0) {
        int n = data.getSeriesCount();
        data.addSeries(s.name(), new double[][] {points.x(), points.y()});
        renderer.setSeriesPaint(n, COLOURS[n % COLOURS.length]);
        renderer.setSeriesStroke(
            n, new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        renderer.setSeriesShape(n, new Ellipse2D.Double(-3, -3, 6, 6));
        renderer.setSeriesShapesVisible(n, points.x().length <= FEW_POINTS);
      }
    }
    String svg = data.getSeriesCount() == 0 ? "" : svg(chart(data, renderer));
    return new Plot(title, svg, String.join("; ", notes));
  }

  private static Points points(ReportData.Series s) {
    int finite = 0;
    double[] x = new double[s.steps().length];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      if (Double.isFinite(s.values()[i])) {
        x[finite] = s.steps()[i];
        y[finite++] = s.values()[i];
      }
    }
    int group = Math.max(1, (finite + MAX_POINTS - 1) / MAX_POINTS);
    int n = (finite + group - 1) / group;
    double[] meanX = new double[n];
    double[] meanY = new double[n];
    for (int i = 0; i < n; i++) {
      int end = Math.min(finite, (i + 1) * group);
      int count = end - i * group;
      for (int j = i * group; j < end; j++) {
        meanX[i] += x[j] / count;
        meanY[i] += y[j] / count;
      }
    }
    return new Points(meanX, meanY, group, x.length - finite);
  }

  private static JFreeChart chart(DefaultXYDataset data, XYLineAndShapeRenderer renderer) {
    NumberAxis steps = axis("step");
    steps.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    steps.setAutoRangeIncludesZero(true);
    steps.setLowerMargin(0);
    NumberAxis values = axis("");
    values.setAutoRangeIncludesZero(false);
    XYPlot plot = new XYPlot(data, steps, values, renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(GRID);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    JFreeChart chart = new JFreeChart("", FONT, plot, data.getSeriesCount() > 1);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(4, 0, 0, 8));
    if (chart.getLegend() != null) {
      chart.getLegend().setItemFont(FONT);
      chart.getLegend().setItemPaint(TEXT);
      chart.getLegend().setFrame(org.jfree.chart.block.BlockBorder.NONE);
    }
    return chart;
  }

  private static NumberAxis axis(String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setLabelFont(FONT);
    axis.setLabelPaint(TEXT);
    axis.setTickLabelFont(FONT);
    axis.setTickLabelPaint(TEXT);
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
    return axis;
  }

  private static String svg(JFreeChart chart) {
    SVGGraphics2D graphics = new SVGGraphics2D(newDocument());
    graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
    chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    StringWriter out = new StringWriter();
    try {
      graphics.stream(out, true);
    } catch (SVGGraphics2DIOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static Document newDocument() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
