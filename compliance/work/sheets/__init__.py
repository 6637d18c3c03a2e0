"""Reports of the daily work as sheets: figures, plots and tables that a page draws and a file lists."""
