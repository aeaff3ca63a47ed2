"""``where=``: one evaluation of a query over the columns' types: yes, no, not known, absent."""
