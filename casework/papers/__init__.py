"""Papers that leave the house: values become HTML, DOCX, XLSX and PDF. No other room imports what sets them."""
