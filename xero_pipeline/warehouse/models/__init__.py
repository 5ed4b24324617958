"""dbt_like_sql/ -> graph -> tables."""
